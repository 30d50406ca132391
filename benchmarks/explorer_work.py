"""Runs inside the scratch installation: every filter of the explorer alone and every two together, first page and a
deep one, as a reader of everything and of one team; then trails, details, analytics and the begin of an export.

Answers come from the real URLs, in this one process.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations
from typing import Any
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.actors import actor_for  # noqa: E402
from accounts.models import User  # noqa: E402
from auditlog.models import AuditEvent  # noqa: E402
from benchmarks.measuring import percentile  # noqa: E402
from crm.core.actor import Actor  # noqa: E402
from crm.core.collecting import settle  # noqa: E402
from crm.core.paging import cursor_after  # noqa: E402
from crm.core.permissions import Reach  # noqa: E402

SAMPLES = int(os.environ.get("BENCH_SAMPLES", "5"))
HOST = {"HTTP_HOST": "bench.example.com", "secure": True}
READERS = {"all": "superadmin@demo.example", "team": "manager@demo.example"}
TARGET = 100
DOORS = (("/api/v1/audit/events", "API"), ("/audit/", "page"))
FILTERS: dict[str, Callable[[AuditEvent], dict[str, str]]] = {
    "person": lambda event: {"actor": str(event.actor_id)},
    "record": lambda event: {"object": f"{event.object_type}:{event.object_id}"},
    "kind": lambda event: {"object_type": event.object_type},
    "action": lambda event: {"action": event.action},
    "door": lambda event: {"door": event.door},
    "address": lambda event: {"address": event.address},
    "week": lambda event: {
        "since": str((event.at - timedelta(days=3)).date()), "until": str((event.at + timedelta(days=3)).date()),
    },
    "text": lambda event: {"search": event.object_label[:24]},
    "word": lambda event: {"search": event.object_label.split()[0]},
    "through": lambda event: {"on_behalf_of": event.on_behalf_of or "Web app"},
    "credential": lambda event: {"credential": event.credential},
    "team": lambda event: {"team": str(event.team_id)},
}  # fmt: skip


@dataclass
class Times:
    """Milliseconds: of the whole answer, and of its SQL."""

    whole: list[float] = field(default_factory=list)
    sql: list[float] = field(default_factory=list)
    worst: str = ""

    def add(self, whole: float, sql: float, address: str) -> None:
        if not self.whole or whole > max(self.whole):
            self.worst = address
        self.whole.append(whole)
        self.sql.append(sql)


class Stopwatch:
    def __init__(self) -> None:
        self.milliseconds = 0.0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.milliseconds += (time.perf_counter() - began) * 1000


def ask(client: Client, address: str, times: Times, pieces: int | None = None) -> None:
    watch, began = Stopwatch(), time.perf_counter()
    with connection.execute_wrapper(watch):
        answer = client.get(address, **HOST)
        if pieces:
            next(iter(answer.streaming_content))
    times.add((time.perf_counter() - began) * 1000, watch.milliseconds, address)
    if answer.status_code != 200:
        sys.exit(f"{address}: {answer.status_code} {answer.content[:300]!r}")


def sampled(reader: Actor) -> list[AuditEvent]:
    """As often as they happen: by people, since the explorer is asked about people, and what the reader may see."""
    table = AuditEvent._meta.db_table
    rows = AuditEvent.objects.raw(f"SELECT * FROM {table} TABLESAMPLE SYSTEM (0.05) REPEATABLE (7)")
    everywhere = reader.reach("audit:read") is Reach.ALL
    some = [event for event in rows if event.actor_id and (everywhere or event.team_id in reader.team_ids)]
    return random.Random(7).sample([event for event in some if event.team_id], SAMPLES)


def lists(events: list[AuditEvent]) -> Iterator[tuple[str, str]]:
    """(what, query) of each filter alone and each pair."""
    for names in [(), *((name,) for name in FILTERS), *combinations(FILTERS, 2)]:
        for event in events:
            query = {key: value for name in names for key, value in FILTERS[name](event).items() if value}
            yield " + ".join(names) or "no filter", urlencode(query)


def measured_lists(client: Client, events: list[AuditEvent], door: str) -> dict[str, Times]:
    found: dict[str, Times] = {}
    deep = random.Random(8)
    for what, query in lists(events):
        cursor = cursor_after(deep.choice(events), "-at")
        ask(client, f"{door}?{query}", found.setdefault(f"{what}", Times()))
        ask(client, f"{door}?{query}&cursor={cursor}", found.setdefault(f"{what}, deep", Times()))
    return found


def others(client: Client, events: list[AuditEvent], may_export: bool) -> dict[str, Times]:
    found: dict[str, Times] = {}
    for event in events * 2:
        kind, pk = event.object_type, event.object_id
        ask(client, f"/audit/?object={kind}:{pk}", found.setdefault("page: trail of a record", Times()))
        ask(client, f"/audit/?actor={event.actor_id}", found.setdefault("page: what one person did", Times()))
        ask(client, f"/audit/?person={event.actor_id}", found.setdefault("page: by and about one person", Times()))
        ask(client, f"/audit/{event.pk}/", found.setdefault("page: one event", Times()))
        ask(client, f"/api/v1/audit/events/{event.pk}", found.setdefault("API: one event", Times()))
        if may_export:
            export = f"/audit/export/?format=csv&object={kind}:{pk}"
            ask(client, export, found.setdefault("export, first bytes", Times()), 1)
        for days in (1, 7, 30, 90):
            ask(client, f"/api/v1/audit/analytics?days={days}", found.setdefault(f"analytics, {days} days", Times()))
    return found


def row(what: str, times: Times) -> str:
    fast, slow = statistics.median(times.whole), percentile(times.whole, 95)
    sql = percentile(times.sql, 95)
    return f"| {what} | {fast:.1f} | {slow:.1f} | {sql:.1f} | {'' if slow <= TARGET else 'short'} |"


def main() -> None:
    print("| what | p50 ms | p95 ms | p95 SQL ms | |\n| --- | --: | --: | --: | --- |")
    for reader, email in READERS.items():
        client, user = Client(), User.objects.get(email=email)
        client.force_login(user, "accounts.backends.EmailBackend")
        client.get("/audit/", **HOST)
        settle()
        actor = actor_for(user)
        events = sampled(actor)
        for door, name in DOORS:
            found = measured_lists(client, events, door)
            every = Times([one for times in found.values() for one in times.whole])
            every.sql = [one for times in found.values() for one in times.sql]
            print(row(f"**{name}, reader of {reader}: all {len(every.whole)} lists**", every), flush=True)
            slowest = sorted(found, key=lambda what: -percentile(found[what].whole, 95))[:8]
            for what in slowest:
                print(row(f"{name}, {reader}: {what}", found[what]), flush=True)
                if os.environ.get("BENCH_VERBOSE"):
                    print("   ", found[what].worst)
        for what, times in others(client, events, bool(actor.may("audit:export"))).items():
            print(row(f"{reader}: {what}", times), flush=True)


if __name__ == "__main__":
    main()
