"""Canaries that look like everything else: drawn from the word lists of the demo company."""

from secrets import SystemRandom
from typing import Any

from crm.core.actor import Actor
from crm.web.demo.words import (
    COUNTRIES,
    FIRST_HALVES,
    FIRST_NAMES,
    JOBS,
    LAST_NAMES,
    SECOND_HALVES,
    STREETS,
    TRADES,
)
from customers.models import Contact, Customer
from customers.models.choices import ContactType, CustomerStatus, Source
from customers.services import canaries_plant
from customers.services.canaries import Draft

chance = SystemRandom()


def plant_drawn(actor: Actor, *, team: Any, customers: int, people: int, domain: str = "") -> list[Customer | Contact]:
    """`customers` companies with `people` each; mail addresses at `domain`, else at one that can never be real."""
    return canaries_plant(actor, [draft(people, domain) for _ in range(customers)], team)


def draft(people: int, domain: str) -> Draft:
    country = chance.choice(tuple(COUNTRIES))
    legal_forms, phone, cities = COUNTRIES[country]
    stem, trade = chance.choice(FIRST_HALVES) + chance.choice(SECOND_HALVES), chance.choice(tuple(TRADES))
    mail = domain or f"{stem}-{trade}.{country}.example".lower()
    city, postal_code = chance.choice(cities)
    company = {
        "name": f"{stem} {trade} {chance.choice(legal_forms)}",
        "status": chance.choice((CustomerStatus.ACTIVE, CustomerStatus.PROSPECT)),
        "industry": TRADES[trade],
        "domain": mail,
        "email": f"{stem.lower() if domain else 'hello'}@{mail}",
        "phone": phone.format(chance.randrange(1000)),
        "employees": chance.randrange(8, 900),
        "billing_street": f"{chance.choice(STREETS)} {chance.randrange(1, 180)}",
        "billing_city": city,
        "billing_postal_code": postal_code,
        "billing_country": country,
        "source": chance.choice(Source.values),
    }
    return company, [_person(phone, mail, city, country) for _ in range(people)]


def _person(phone: str, mail: str, city: str, country: str) -> dict[str, Any]:
    first, last, department = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES), chance.choice(tuple(JOBS))
    return {
        "first_name": first,
        "last_name": last,
        "title": chance.choice(JOBS[department]),
        "department": department,
        "contact_type": chance.choice(ContactType.values),
        "email": f"{first}.{last}@{mail}".lower(),
        "phone": phone.format(chance.randrange(1000)),
        "city": city,
        "country": country,
    }
