"""A group of companies on three levels, its deals, and two records that somebody entered twice."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from crm.core.actor import Actor
from crm.web.demo.draws import permuted
from crm.web.demo.volume import Office
from crm.web.demo.words import COUNTRIES, FIRST_HALVES, FIRST_NAMES, LAST_NAMES, SECOND_HALVES
from customers.matching.scanning import scan
from customers.models import Customer
from customers.models.merge import MergeKind
from customers.services import contact_create, customer_create
from deals.services import deal_create

# What the name ends in, trade, country, and which of these it belongs to.
COMPANIES = (
    ("Holding AG", "Finance", "DE", None),
    ("Logistics GmbH", "Transport", "DE", 0),
    ("Energy AB", "Energy", "SE", 0),
    ("Shipping GmbH", "Transport", "DE", 1),
    ("Packaging Ltd", "Manufacturing", "GB", 1),
    ("Water AB", "Utilities", "SE", 2),
)
TWINS = (3, "Shipping")
LOOKED_THROUGH = 5000
DEALS = ((1, "Fleet renewal", 184_000), (3, "Framework agreement", 92_500), (5, "Site expansion", 47_000))


def stem(office: Office) -> str:
    number = permuted(2, office.draws.seed, len(FIRST_HALVES) * len(SECOND_HALVES))
    return FIRST_HALVES[number % len(FIRST_HALVES)] + SECOND_HALVES[number // len(FIRST_HALVES)]


def member(office: Office, index: int) -> UUID:
    return office.draws.id("group", index)


def members(office: Office) -> list[UUID]:
    return [member(office, index) for index in range(len(COMPANIES))]


def found(office: Office) -> None:
    rep = office.sellers[0][0]
    made: list[Customer] = []
    for index, values in enumerate(_companies(office)):
        parent = COMPANIES[index][3] if index < len(COMPANIES) else None
        made.append(customer_create(rep, parent=None if parent is None else made[parent], **values))
    for values in _people(office, made):
        contact_create(rep, **values)
    for index, product, amount in DEALS:
        customer, day = made[index], office.draws.now.date() + timedelta(days=30 * (index + 1))
        name = f"{customer.name.rpartition(' ')[0]} – {product}"
        deal_create(rep, name=name, amount=amount, customer=customer, expected_close_date=day, team=customer.team)


def look_for_twins(office: Office) -> None:
    """As it is done every night; where there are very many records, it waits until then."""
    if office.volume.customers > LOOKED_THROUGH:
        return
    for kind in (MergeKind.CUSTOMER, MergeKind.CONTACT):
        scan(Actor.system("demo_data"), kind, office.teams[0].pk)


def _companies(office: Office) -> Iterator[dict[str, Any]]:
    """The last one is a member of the group entered a second time, without its legal form."""
    for index, (ending, trade, country, _parent) in enumerate(COMPANIES):
        yield {**_company(office, index, ending, trade, country), "status": "active"}
    twin, ending = TWINS
    _ending, trade, country, _parent = COMPANIES[twin]
    again = _company(office, twin, ending, trade, country)
    yield {**again, "id": member(office, len(COMPANIES)), "email": "", "billing_street": "", "status": "prospect"}


def _company(office: Office, index: int, ending: str, trade: str, country: str) -> dict[str, Any]:
    chance = office.draws.chance("group", index)
    _forms, phone, cities = COUNTRIES[country]
    city, postal_code = cities[index % len(cities)]
    domain = f"{stem(office)}-{ending.split()[0]}.{country}.example".lower()
    employees = chance.randrange(40, 900)
    return {
        "id": member(office, index), "team": office.teams[0], "name": f"{stem(office)} {ending}", "industry": trade,
        "domain": domain, "website": f"https://www.{domain}", "email": f"hello@{domain}", "rating": "hot",
        "phone": phone.format(chance.randrange(1000)), "employees": employees, "source": "referral",
        "annual_revenue": employees * 180_000, "billing_street": "Harbour Street 1", "billing_city": city,
        "billing_postal_code": postal_code, "billing_country": country,
    }  # fmt: skip


def _people(office: Office, made: list[Customer]) -> Iterator[dict[str, Any]]:
    """One at each company of the group; the last is the first once more, from another address."""
    for index, company in enumerate((*range(len(COMPANIES)), 0)):
        chance, phone = office.draws.chance("group contact", company), COUNTRIES[COMPANIES[company][2]][1]
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        mailbox = f"{first}.{last}" if index < len(COMPANIES) else first
        yield {
            "id": office.draws.id("group contact", index), "customer": made[company],
            "first_name": first, "last_name": last, "title": "Managing Director", "department": "Management",
            "email": f"{mailbox}@{stem(office)}.example".lower(), "phone": phone.format(chance.randrange(1000)),
        }  # fmt: skip
