"""Customers, their labels and their people."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from stdnum.iso7064 import mod_97_10

from auditlog.models import AuditEvent
from auditlog.services import snapshot
from crm.web.demo.draws import YEAR, Draws, permuted, spread, weighted
from crm.web.demo.volume import Company, Office
from crm.web.demo.words import (
    COUNTRIES,
    FIRST_HALVES,
    FIRST_NAMES,
    JOBS,
    LABELS,
    LAST_NAMES,
    SALUTATIONS,
    SECOND_HALVES,
    STREETS,
    TRADES,
)
from crm.web.demo.writing import Story, event
from customers.models import Consent, Contact, Customer, Label, LabelAssignment
from customers.models.choices import ContactType, Rating, Source

TRADE_NAMES = tuple(TRADES)
STATUSES = {"active": 55, "prospect": 30, "inactive": 10, "suspended": 2, "closed": 3}
TYPES = {"customer": 80, "partner": 8, "reseller": 5, "supplier": 4, "press": 1, "investor": 1, "competitor": 1}
CROWD = 500
ASKED = 2000
AGE = 3 * YEAR


def labels(draws: Draws, team_id: UUID, side: int) -> Iterator[Label]:
    for index, (name, tone) in enumerate(LABELS):
        yield Label(id=draws.id(f"label{side}", index), team_id=team_id, name=name, tone=tone)


def company(office: Office, index: int) -> Company:
    """Each index below two million gets a name of its own."""
    draws, chance = office.draws, office.draws.chance("company", index)
    number = permuted(index, draws.seed, len(FIRST_HALVES) * len(SECOND_HALVES) * len(TRADE_NAMES) * 9)
    number, trade = divmod(number, len(TRADE_NAMES))
    number, first = divmod(number, len(FIRST_HALVES))
    stem = FIRST_HALVES[first] + SECOND_HALVES[number % len(SECOND_HALVES)]
    country = spread(tuple(COUNTRIES), number // len(SECOND_HALVES) + index)
    name = f"{stem} {TRADE_NAMES[trade]} {chance.choice(COUNTRIES[country][0])}"
    domain = f"{stem}-{TRADE_NAMES[trade]}.{country}.example".lower()
    side = index % 2
    since = draws.moment(chance, AGE)
    return Company(
        index, draws.id("customer", index), name, domain, country, side, chance.choice(office.sellers[side]), since
    )


def customer(office: Office, known: Company) -> Customer:
    chance = office.draws.chance("customer", known.index)
    _legal_forms, phone, cities = COUNTRIES[known.country]
    city, postal_code = chance.choice(cities)
    employees = round(5 * 1.9 ** chance.uniform(0, 10))
    return Customer(
        id=known.id,
        team=office.teams[known.side],
        owner_id=known.owner.id,
        created_at=known.since,
        updated_at=known.since,
        name=known.name,
        status=weighted(chance, STATUSES),
        customer_type=weighted(chance, TYPES),
        industry=TRADES[known.name.split()[1]],
        website=f"https://www.{known.domain}",
        domain=known.domain,
        email=f"hello@{known.domain}",
        phone=phone.format(chance.randrange(1000)),
        employees=employees,
        annual_revenue=Decimal(employees * chance.randrange(40, 240) * 1000),
        rating=chance.choice(Rating.values),
        billing_street=f"{chance.choice(STREETS)} {chance.randrange(1, 180)}",
        billing_city=city,
        billing_postal_code=postal_code,
        billing_country=known.country,
        external_id=f"D{office.draws.seed}-{known.index}",
        source=chance.choice(Source.values),
        identifiers=identifiers(office.draws, known),
    )


def identifiers(draws: Draws, known: Company) -> list[dict[str, str]]:
    """One customer in three is in the ledger, one in four has an LEI."""
    chance, nothing = draws.chance("identifiers", known.index), {"country": "", "label": ""}
    number, stem = f"{draws.seed % 1000:03d}{known.index:07d}", f"8945{draws.seed % 10000:04d}{known.index:010d}"
    ledger = {**nothing, "kind": "customer_number", "value": f"K {number}", "label": "ERP"}
    lei = {**nothing, "kind": "lei", "value": f"{stem}{mod_97_10.calc_check_digits(stem)}"}
    return [*([ledger] if chance.random() < 1 / 3 else []), *([lei] if chance.random() < 1 / 4 else [])]


def assignments(office: Office, companies: list[Company]) -> Iterator[LabelAssignment]:
    """One customer in three has a label, some have two."""
    for known in companies:
        chance = office.draws.chance("labels", known.index)
        for label in chance.sample(office.labels[known.side], weighted(chance, {0: 66, 1: 26, 2: 8})):
            yield LabelAssignment(
                label=label, customer_id=known.id, assigned_by_id=known.owner.id, assigned_at=known.since
            )


def employer(office: Office, companies: list[Company], index: int) -> Company:
    """The first customers have one contact each; where there are many, the first has a crowd of 500."""
    if len(companies) > 10 * CROWD and index < CROWD:
        return companies[0]
    if index < len(companies) // 2:
        return companies[index]
    return office.draws.chance("employer", index).choice(companies)


def contacts(office: Office, companies: list[Company]) -> Iterator[Contact]:
    for index in range(office.volume.contacts):
        yield contact(office, employer(office, companies, index), index)


def contact(office: Office, known: Company, index: int) -> Contact:
    chance = office.draws.chance("contact", index)
    first, last, department = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES), chance.choice(tuple(JOBS))
    phone = COUNTRIES[known.country][1]
    since = max(known.since, office.draws.moment(chance, AGE))
    return Contact(
        id=office.draws.id("contact", index),
        team=office.teams[known.side],
        owner_id=known.owner.id,
        created_at=since,
        updated_at=since,
        customer_id=known.id,
        salutation=chance.choice(SALUTATIONS),
        first_name=first,
        last_name=last,
        title=chance.choice(JOBS[department]),
        department=department,
        contact_type=chance.choice(ContactType.values),
        email=f"{first}.{last}{index or ''}@{known.domain}".lower(),
        phone=phone.format(chance.randrange(1000)),
        city=COUNTRIES[known.country][2][0][0],
        country=known.country,
        lead_source=chance.choice(Source.values),
        opted_out_of_email=chance.random() < 0.04,
        external_id=f"D{office.draws.seed}-{index}",
    )


def consents(office: Office, companies: list[Company]) -> Iterator[Consent]:
    """Of the first contacts, one in eight was asked about e-mail; who opted out has said so."""
    for index in range(min(office.volume.contacts, ASKED)):
        person = contact(office, employer(office, companies, index), index)
        chance = office.draws.chance("consent", index)
        if person.opted_out_of_email or chance.random() < 0.125:
            status = "withdrawn" if person.opted_out_of_email else "granted"
            yield Consent(
                id=office.draws.id("consent", index),
                contact_id=person.pk,
                channel="email",
                status=status,
                lawful_basis="" if person.opted_out_of_email else "consent",
                source=chance.choice(("trade fair", "newsletter form", "phone call")),
                text_version="2026-01",
                at=person.created_at,
                created_at=person.created_at,
                recorded_by_id=person.owner_id,
            )


def subject_requests(office: Office, companies: list[Company]) -> Iterator[Any]:
    """One contact asked last week what is kept about them; made by name, since the model is on this floor."""
    model = apps.get_model("privacy", "SubjectRequest")
    person = contact(office, employer(office, companies, 0), 0)
    yield model(
        id=office.draws.id("subject request", 0),
        team=person.team,
        owner_id=person.owner_id,
        kind="access",
        person=person.email,
        received_at=office.draws.now - timedelta(days=7),
        due_on=(office.draws.now + timedelta(days=23)).date(),
        subjects=[["contact", str(person.pk)]],
    )


def created(office: Office, word: str) -> Story:
    """The story of a record that somebody entered: who owns it entered it, when it says.

    The trail goes back a year, since older events would have been purged.
    """
    by_id = {actor.id: actor for side in office.sellers for actor in side}

    def story(row: Contact | Customer) -> Iterator[AuditEvent]:
        if row.created_at > office.draws.now - YEAR:
            yield event(by_id[row.owner_id], f"{word}.created", row, snapshot(row), row.created_at)

    return story
