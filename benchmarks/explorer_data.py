"""Years of a firm's work as sealed events, for the explorer's figures: 50 people, 8 teams, 200,000 records.

Runs inside a scratch installation: `python -m benchmarks.explorer_data 10000000`. Rows are made as the product makes
them (auditlog.proof) and copied in with the indexes off; a fixed seed, so that two runs ask the same of the database.
"""

import json
import os
import random
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, groupby
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.apps import apps  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from auditlog.leaves import iso, retention_of  # noqa: E402
from auditlog.models import AuditEvent, AuditSeal  # noqa: E402
from auditlog.proof import (  # noqa: E402
    NO_SEAL_BEFORE,
    PERSONAL,
    PUBLIC,
    commitment,
    key_id,
    leaf_of,
    merkle_root,
    seal_hash,
    sealed_bytes,
)
from auditlog.signing import signing_key  # noqa: E402
from auditlog.tallies import KEPT, add, sealed_since  # noqa: E402

YEARS = timedelta(days=3 * 365)
FIRST_MONTH = timedelta(days=30)  # is past its time already, so that purging has something to do
SEAL_EVERY = timedelta(minutes=10)
PEOPLE, TEAMS, RECORDS = 50, 8, 200_000
HOURS = (*(0.02,) * 6, 0.1, 0.4, 1.0, 1.6, 1.7, 1.5, 0.9, 1.3, 1.6, 1.6, 1.4, 0.9, 0.4, 0.2, 0.1, 0.1, 0.05, 0.03)
DOORS = {"page": ("session", 62), "api": ("token", 20), "import": ("session", 8), "job": ("none", 4)} | {
    "admin": ("session", 1.5),
    "command": ("none", 0.1),
}
KEY_SHARE, ON_BEHALF_SHARE = 0.3, 0.05
KINDS = {"customer": 20, "contact": 40, "lead": 10, "deal": 15, "activity": 15}
VERBS = {
    "customer": {"updated": 60, "created": 25, "labelled": 8, "archived": 3, "merged": 0.3, "deleted": 1},
    "contact": {"updated": 55, "created": 30, "labelled": 8, "archived": 3, "exported": 0.2, "deleted": 1},
    "lead": {"updated": 50, "created": 35, "converted": 10, "archived": 4},
    "deal": {"updated": 40, "created": 20, "moved": 30, "won": 4, "lost": 5, "reopened": 1},
    "activity": {"updated": 45, "created": 50, "deleted": 3},
}
PLURALS = {"customer": "customers", "contact": "contacts", "lead": "leads", "deal": "deals", "activity": "activities"}
ACCOUNT_SHARE = 0.05
ACCOUNT_VERBS = {"users.signed_in": 70, "users.signed_out": 20, "tokens.issued": 8} | {
    "users.updated": 1.5,
    "roles.updated": 0.5,
}
AGENTS = ("Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0", "Mozilla/5.0 (Macintosh) Safari/605", "python-requests/2.32")
FIRST = "Ada Ben Cleo Dan Eve Finn Gus Hana Ivan Jo Kim Leo Mia Noa Olga Pia Quinn Rui Sam Tess Uma Vic Wes Xia Yan Zoe"
LAST = "Ames Birch Cole Dunn Ellis Frost Grant Holt Irwin Judd Kerr Lowe Mills Nash Orr Pike Quist Reed Stone Tate"
FIRMS = "Alder Bright Cedar Delta Ember Falcon Garnet Harbor Indigo Juniper Kestrel Lumen Maple North Opal Pine"
TRADES = "Works Foods Logistics Partners Media Energy Textiles Optics Systems Bakery Motors Labs Trading Health"
FIRST_NAMES, LAST_NAMES, FIRM_NAMES, TRADE_NAMES = (words.split() for words in (FIRST, LAST, FIRMS, TRADES))
COPIED = (*PUBLIC, *PERSONAL, "salt", "commitment", "leaf", "seal_id")

Row = dict[str, Any]


@dataclass(frozen=True)
class Person:
    id: str
    label: str
    team: str
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Thing:
    kind: str
    id: str
    label: str


class Weighted:
    def __init__(self, weights: dict[Any, float]) -> None:
        self.names, self.sums = list(weights), list(accumulate(weights.values()))

    def draw(self, chance: random.Random) -> Any:
        return chance.choices(self.names, cum_weights=self.sums)[0]


class Firm:
    """Who works there, and on what; the first people and teams are those of the demo, so that one can sign in."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        teams = apps.get_model("accounts", "Team").objects.order_by("pk").values_list("pk", flat=True)
        self.teams = [*map(str, teams), *(str(self.uuid()) for _ in range(TEAMS))][:TEAMS]
        known = apps.get_model("accounts", "User").objects.order_by("pk").values_list("pk", flat=True)
        ids = [*map(str, known), *(str(self.uuid()) for _ in range(PEOPLE))][:PEOPLE]
        self.people = [self.person(number, pk) for number, pk in enumerate(ids)]
        self.busy = Weighted({person: 1 / (number + 4) for number, person in enumerate(self.people)})
        self.things = {team: [self.thing() for _ in range(RECORDS // TEAMS)] for team in self.teams}
        self.doors = Weighted({door: share for door, (_credential, share) in DOORS.items()})
        self.verbs = {kind: Weighted(verbs) for kind, verbs in VERBS.items()}
        self.account_verbs = Weighted(ACCOUNT_VERBS)

    def uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)

    def person(self, number: int, pk: str) -> Person:
        label = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[number % len(LAST_NAMES)]}"
        addresses = tuple(f"198.51.{self.chance.randrange(100)}.{self.chance.randrange(1, 250)}" for _ in range(4))
        return Person(pk, label, self.teams[number % TEAMS], ("203.0.113.10", *addresses))

    def thing(self) -> Thing:
        chance = self.chance
        kind = chance.choices(list(KINDS), KINDS.values())[0]
        firm = f"{chance.choice(FIRM_NAMES)} {chance.choice(TRADE_NAMES)} {chance.randrange(1, 4000)}"
        person = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}-{chance.choice(LAST_NAMES)}"
        return Thing(kind, str(self.uuid()), person if kind in ("contact", "lead") else firm)

    def event(self, at: datetime) -> Row:
        chance, person = self.chance, self.busy.draw(self.chance)
        door = self.doors.draw(chance)
        row = self.about_an_account(person) if chance.random() < ACCOUNT_SHARE else self.about_a_record(person)
        is_job = door in ("job", "command")
        row |= {"id": uuid7_at(at, chance), "at": iso(at), "door": door, "retention": str(retention_of(row["action"]))}
        row |= system_actor(door) if is_job else self.actor(person)
        row["credential"] = "key" if door == "api" and chance.random() < KEY_SHARE else DOORS[door][0]
        row["on_behalf_of"] = "Web app" if row["credential"] == "token" and chance.random() < ON_BEHALF_SHARE else ""
        row["trace_id"] = f"{chance.getrandbits(128):032x}"
        return row

    def actor(self, person: Person) -> Row:
        address = person.addresses[min(4, int(self.chance.expovariate(1.2)))]
        named = {"actor_id": person.id, "actor_label": person.label, "actor_kind": "user"}
        return {**named, "address": address, "agent": self.chance.choice(AGENTS)}

    def about_a_record(self, person: Person) -> Row:
        """Some records get most of the work, as everywhere."""
        things = self.things[person.team]
        thing = things[int(len(things) * self.chance.random() ** 3)]
        verb = self.verbs[thing.kind].draw(self.chance)
        number = self.chance.randrange(1000)
        changes = {"phone": [f"+4420794{number:05}", f"+4420795{number:05}"], "rating": ["cold", "warm"]}
        return {
            "action": f"{PLURALS[thing.kind]}.{verb}", "object_type": thing.kind, "object_id": thing.id,
            "object_label": thing.label, "team_id": person.team,
            "changes": json.dumps(changes, separators=(",", ":")) if verb in ("updated", "created") else "{}",
        }  # fmt: skip

    def about_an_account(self, person: Person) -> Row:
        return {
            "action": self.account_verbs.draw(self.chance), "object_type": "user", "object_id": person.id,
            "object_label": person.label, "team_id": None, "changes": "{}",
        }  # fmt: skip


def system_actor(door: str) -> Row:
    return {"actor_id": None, "actor_label": f"system:{door}", "actor_kind": "system", "address": "", "agent": ""}


def uuid7_at(at: datetime, chance: random.Random) -> str:
    moment = int(at.timestamp() * 1000) << 80 | 7 << 76
    return str(uuid.UUID(int=moment | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62)))


def moments(events: int, until: datetime, chance: random.Random) -> Iterator[datetime]:
    """In order: three times as many at the end as at the beginning, at work hours, less at weekends."""
    first = (until - YEARS).replace(minute=0, second=0, microsecond=0)
    hours = [first + timedelta(hours=number) for number in range(int(YEARS.total_seconds() // 3600))]
    weights = [
        HOURS[hour.hour] * (0.05 if hour.weekday() > 4 else 1) * (1 + 2 * number / len(hours))
        for number, hour in enumerate(hours)
    ]
    share, owed = events / sum(weights), 0.0
    for hour, weight in zip(hours, weights, strict=True):
        owed += weight * share
        count, owed = int(owed), owed % 1
        yield from sorted(hour + timedelta(microseconds=chance.randrange(3_600_000_000)) for _ in range(count))


class Sealer:
    """As auditlog.sealing, but in the past and without reading what it just made."""

    def __init__(self, now: datetime) -> None:
        self.key, self.now, self.made = signing_key(), now, 0
        self.kid, self.prev = key_id(self.key.public_key()), NO_SEAL_BEFORE

    def seal(self, retention: str, rows: list[Row], at: datetime) -> Row:
        rows.sort(key=lambda row: row["id"])
        keep = FIRST_MONTH if at < self.now - YEARS + FIRST_MONTH else YEARS * 2
        self.made += 1
        seal = {"seq": self.made, "retention": retention, "n": len(rows), "kid": self.kid, "prev": self.prev}
        seal |= {"root": merkle_root([row["leaf"] for row in rows]).hex(), "at": iso(at), "until": iso(at + keep)}
        seal["signature"] = self.key.sign(sealed_bytes(seal)).hex()
        self.prev = seal_hash(seal)
        for row in rows:
            row["seal_id"] = seal["seq"]
        return seal


def stamped(row: Row, chance: random.Random) -> Row:
    row["salt"] = chance.randbytes(16)
    row["commitment"] = commitment(row["salt"], row)
    row["leaf"] = leaf_of(row, row["commitment"])
    return row


def sealed(rows: Iterable[Row], sealer: Sealer) -> Iterator[tuple[list[Row], list[Row]]]:
    """(seals, their events), ten minutes at a time."""
    step = SEAL_EVERY.total_seconds()
    for slot, some in groupby(rows, key=lambda row: int(datetime.fromisoformat(row["at"]).timestamp() // step)):
        classes: dict[str, list[Row]] = {}
        for row in some:
            classes.setdefault(row["retention"], []).append(row)
        at = datetime.fromtimestamp((slot + 1) * step, UTC)
        seals = [sealer.seal(retention, classes[retention], at) for retention in sorted(classes)]
        yield seals, [row for group in classes.values() for row in group]


def fill(events: int) -> None:
    chance, now = random.Random(7), datetime.now(UTC)
    firm = Firm(chance)
    rows = (stamped(firm.event(at), chance) for at in moments(events, now, chance))
    seals: list[Row] = []
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {AuditEvent._meta.db_table} ({', '.join(COPIED)}) FROM STDIN") as copy:
            for number, (made, some) in enumerate(sealed(rows, Sealer(now))):
                seals += made
                for row in some:
                    copy.write_row([row[name] for name in COPIED])
                if number % 5000 == 0 and some:
                    print(f"{some[0]['at'][:10]}", flush=True)
        names = [field.attname for field in AuditSeal._meta.concrete_fields]
        with cursor.copy(f"COPY {AuditSeal._meta.db_table} ({', '.join(names)}) FROM STDIN") as copy:
            for seal in seals:
                copy.write_row([seal[name] for name in names])


def main() -> None:
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'auditlog_auditevent' AND indexname !~ 'pkey'"
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        fill(int(sys.argv[1]))
        print(f"Events are there after {time.monotonic() - began:.0f} s.", flush=True)
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE auditlog_auditevent, auditlog_auditseal")
    add(sealed_since(timezone.now() - KEPT))
    print(f"Indexes are there after {time.monotonic() - began:.0f} s.", flush=True)


if __name__ == "__main__":
    main()
