"""Contacts up to a number, for the figures of the search: first names as common as in life, 13,000 last names.

Runs inside a scratch installation: `python -m benchmarks.search_data 1000000`. Every tenth of them is called Maria, and
every tenth one works at `northwind.example`, but none is both: two common words that never meet.
"""

import os
import random
import sys
import time
from collections.abc import Iterator
from itertools import accumulate, islice, product
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from accounts.models import Team  # noqa: E402
from crm.core.bulk import insert_many, maker_of  # noqa: E402
from crm.web.demo.words import FIRST_HALVES, FIRST_NAMES, LAST_NAMES, SECOND_HALVES  # noqa: E402
from customers.models import Contact, Customer  # noqa: E402

BATCH = 5000
COMMON_NAME, COMMON_DOMAIN = "Maria", "northwind.example"
ENDINGS = (
    "",
    "er",
    "son",
    "ini",
    "ova",
    "sen",
    "mann",
    "ez",
    "eau",
    "ski",
    "dottir",
    "ham",
    "berg",
    "ley",
    "ard",
    "ti",
)
CITIES = (("Berlin", "DE"), ("Leeds", "GB"), ("Boston", "US"), ("Lyon", "FR"), ("Uppsala", "SE"), ("Sydney", "AU"))
JOBS = ("Buyer", "Head of Procurement", "Accountant", "Engineer", "Director", "Assistant", "Plant manager")


class Population:
    """The n-th name of a list is borne by about 1/n as many people as its first."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        made = {f"{name}{ending}" for name, ending in product((*LAST_NAMES, *FIRST_HALVES), ENDINGS)}
        made |= {f"{first}{second.lower()}" for first, second in product(FIRST_HALVES, SECOND_HALVES)}
        self.last = sorted(made)
        chance.shuffle(self.last)
        self.first_sums = list(accumulate(1 / (n + 10) for n in range(len(FIRST_NAMES))))
        self.last_sums = list(accumulate(1 / (n + 50) for n in range(len(self.last))))
        self.teams = list(Team.objects.order_by("pk").values_list("pk", flat=True))
        self.customers = list(Customer.objects.order_by("pk").values_list("pk", "team_id", "domain")[:50_000])

    def people(self) -> Iterator[Any]:
        make, number = maker_of(Contact), 0
        while True:
            yield make(self.person(number))
            number += 1

    def person(self, number: int) -> dict[str, Any]:
        chance = self.chance
        first = chance.choices(FIRST_NAMES, cum_weights=self.first_sums)[0]
        last = chance.choices(self.last, cum_weights=self.last_sums)[0]
        customer, team, domain = chance.choice(self.customers)
        if number % 10 == 0:
            first = COMMON_NAME
        elif number % 10 == 1:
            domain = COMMON_DOMAIN
        elif number % 3 == 0 or not domain:
            domain = "mail.example"
        city, country = chance.choice(CITIES)
        return {
            "first_name": first, "last_name": last, "email": f"{first}.{last}{number}@{domain}".lower(),
            "phone": f"+4930{chance.randrange(10**8):08}", "mobile_phone": f"+4917{chance.randrange(10**9):09}",
            "title": chance.choice(JOBS), "city": city, "country": country, "team_id": team, "customer_id": customer,
            "external_id": f"S-{number}",
        }  # fmt: skip


def fill(contacts: int) -> None:
    people = Population(random.Random(7)).people()
    missing = contacts - Contact.objects.count()
    while missing > 0:
        batch = list(islice(people, min(BATCH, missing)))
        for person in batch:
            person.refresh_search_text()
        insert_many(Contact, batch)
        missing -= len(batch)


# How closely PostgreSQL looks at what an index holds: no part of the index's definition.
TARGETS = """
    SELECT attrelid::regclass, attnum, attstattarget FROM pg_attribute JOIN pg_index ON attrelid = indexrelid
    WHERE indrelid = %s::regclass AND attstattarget > 0
"""


def main() -> None:
    began = time.monotonic()
    table = Contact._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        kept = f"tablename = '{table}' AND indexname !~ 'pkey|once'"
        cursor.execute(f"SELECT indexname, indexdef FROM pg_indexes WHERE {kept}")
        indexes = cursor.fetchall()
        cursor.execute(TARGETS, [table])
        targets = cursor.fetchall()
        with transaction.atomic():
            for name, _definition in indexes:
                cursor.execute(f"DROP INDEX {name}")
            fill(int(sys.argv[1]))
        print(f"Contacts are there after {time.monotonic() - began:.0f} s.", flush=True)
        for name, definition in indexes:
            started = time.monotonic()
            cursor.execute(definition)
            cursor.execute(f"SELECT pg_size_pretty(pg_relation_size('{name}'))")
            print(f"{name}: {time.monotonic() - started:.0f} s, {cursor.fetchone()[0]}", flush=True)
        for name, column, target in targets:
            cursor.execute(f"ALTER INDEX {name} ALTER COLUMN {column} SET STATISTICS {target}")
        cursor.execute(f"VACUUM ANALYZE {table}")
    print(f"Ready after {time.monotonic() - began:.0f} s.", flush=True)


if __name__ == "__main__":
    main()
