"""Runs inside the scratch installation: what people type, as a reader of everything and of one team, over API and page.

Answers come from the real URLs, in this one process. Every query is drawn from the data, with a fixed seed.
"""

import os
import random
import statistics
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.test import Client  # noqa: E402

from accounts.actors import actor_for  # noqa: E402
from accounts.models import User  # noqa: E402
from benchmarks.explorer_work import HOST, Times, ask  # noqa: E402
from benchmarks.measuring import percentile  # noqa: E402
from benchmarks.search_data import COMMON_DOMAIN, COMMON_NAME  # noqa: E402
from crm.core.collecting import settle  # noqa: E402
from customers.models import Contact  # noqa: E402

SAMPLES = int(os.environ.get("BENCH_SAMPLES", "20"))
READERS = {"all": "superadmin@demo.example", "team": "rep@demo.example"}
TARGET = 50
DOORS = {"API": "/api/v1/search?", "page": "/search/?", "box": "/search/?fragment=palette&"}
LIST = "/api/v1/contacts?"

Draw = Callable[[random.Random, Contact], str]


def slipped(chance: random.Random, word: str) -> str:
    """Two letters changed places, one is missing, doubled or another one."""
    at = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    return before + chance.choice((after[0] + letter + after[1:], after, letter * 2 + after, f"q{after}"))


QUERIES: dict[str, Draw] = {
    "a name": lambda chance, one: f"{one.first_name} {one.last_name}",
    "a last name": lambda chance, one: one.last_name,
    "a name with a typo": lambda chance, one: f"{one.first_name} {slipped(chance, one.last_name)}",
    "a last name with a typo": lambda chance, one: slipped(chance, one.last_name),
    "three letters": lambda chance, one: one.last_name[(at := chance.randrange(len(one.last_name) - 2)) : at + 3],
    "a phone fragment": lambda chance, one: one.phone[5:11],
    "an e-mail domain": lambda chance, one: one.email.partition("@")[2],
    "two words in two fields": lambda chance, one: f"{one.last_name[:5]} {one.email.partition('@')[2][:8]}",
    "a word that 100,000 have": lambda chance, one: COMMON_NAME[chance.randrange(2) :],
    "two such that never meet": lambda chance, one: f"{COMMON_NAME} {COMMON_DOMAIN}",
    "nothing like it": lambda chance, one: "".join(chance.sample("qxzjkvw", 7)),
}
FILTERS: dict[str, Callable[[Contact], dict[str, Any]]] = {
    "customer": lambda one: {"customer": one.customer_id},
    "country": lambda one: {"country": one.country},
    "newest first": lambda one: {"ordering": "-created_at"},
    "country, newest first": lambda one: {"country": one.country, "ordering": "-created_at"},
}
COMBINED = ("a name", "a last name", "three letters", "a phone fragment", "an e-mail domain", "two words in two fields")


def sampled(user: User) -> list[Contact]:
    table = Contact._meta.db_table
    rows = Contact.objects.raw(f"SELECT * FROM {table} TABLESAMPLE SYSTEM (0.5) REPEATABLE (7)")
    readable = set(Contact.objects.for_actor(actor_for(user)).filter(pk__in=[one.pk for one in rows]).values_list("pk"))
    some = [one for one in rows if (one.pk,) in readable and len(one.last_name) > 3 and one.phone and one.email]
    return random.Random(7).sample(some, SAMPLES)


def line(what: str, times: Times) -> str:
    slow, sql = percentile(times.whole, 95), percentile(times.sql, 95)
    verdict = "" if slow <= TARGET else "short"
    return f"| {what} | {statistics.median(times.whole):.1f} | {slow:.1f} | {sql:.1f} | {verdict} |"


def measure(client: Client, reader: str, what: str, addresses: list[str]) -> None:
    times = Times()
    for address in addresses:
        ask(client, address, times)
    print(line(f"{reader}: {what}", times), flush=True)
    if os.environ.get("BENCH_VERBOSE"):
        print("   ", times.worst)


def main() -> None:
    print("| what | p50 ms | p95 ms | p95 SQL ms | |\n| --- | --: | --: | --: | --- |")
    for reader, email in READERS.items():
        client, user = Client(), User.objects.get(email=email)
        client.force_login(user, "accounts.backends.EmailBackend")
        client.get(f"{LIST}search=warm", **HOST)
        client.get("/search/?q=warm", **HOST)
        settle()
        people = sampled(user)
        for door, address in DOORS.items():
            for what, draw in QUERIES.items():
                chance = random.Random(11)
                measure(
                    client, reader, f"{door}, {what}", [address + urlencode({"q": draw(chance, one)}) for one in people]
                )
        for what in COMBINED:
            for name, values in {"alone": lambda one: {}, **FILTERS}.items():
                chance = random.Random(11)
                measure(
                    client,
                    reader,
                    f"list, {what}, {name}",
                    [LIST + urlencode({"search": QUERIES[what](chance, one), **values(one)}) for one in people],
                )


if __name__ == "__main__":
    main()
