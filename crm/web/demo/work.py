"""What people did and plan to do: activities and notes about customers and deals."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from crm.web.demo.draws import weighted
from crm.web.demo.selling import buyer
from crm.web.demo.volume import Company, Office
from crm.web.demo.words import NOTES, SUBJECTS
from customers.models import Note
from deals.models import Activity
from deals.models.choices import Direction

TYPES = {"call": 35, "email": 30, "meeting": 15, "task": 20}
PRIORITIES = {"normal": 75, "high": 15, "low": 8, "urgent": 2}
PLANNED_SHARE = 0.08
LENGTHS = {"call": 20, "meeting": 60}


def subject(office: Office, companies: list[Company], kind: str, index: int) -> tuple[Company, dict[str, Any]]:
    """Half are about a deal and its customer, half about the customer alone."""
    chance = office.draws.chance(f"{kind} about", index)
    if office.volume.deals and chance.random() < 0.5:
        number = chance.randrange(office.volume.deals)
        known = buyer(office, companies, number)
        return known, {"customer_id": known.id, "deal_id": office.draws.id("deal", number)}
    known = chance.choice(companies)
    return known, {"customer_id": known.id}


def activities(office: Office, companies: list[Company]) -> Iterator[Activity]:
    for index in range(office.volume.activities):
        known, about = subject(office, companies, "activity", index)
        chance = office.draws.chance("activity", index)
        kind = weighted(chance, TYPES)
        when = planned(office, chance, kind) if chance.random() < PLANNED_SHARE else done(office, chance, kind, known)
        yield Activity(
            id=office.draws.id("activity", index),
            team=office.teams[known.side],
            owner_id=known.owner.id,
            type=kind,
            subject=chance.choice(SUBJECTS[kind]),
            priority=weighted(chance, PRIORITIES),
            direction=chance.choice(Direction.values) if kind in ("call", "email") else "",
            **about,
            **when,
        )


def done(office: Office, chance: random.Random, kind: str, known: Company) -> dict[str, Any]:
    at = max(known.since, office.draws.moment(chance))
    status = "held" if kind in LENGTHS else "completed"
    return {"status": status, "completed_at": at, "created_at": at, "updated_at": at, **times(kind, at)}


def planned(office: Office, chance: random.Random, kind: str) -> dict[str, Any]:
    """Most lie ahead; some are overdue."""
    now = office.draws.now
    due = (now + timedelta(days=chance.randrange(-6, 21))).replace(hour=chance.randrange(8, 17), minute=0, second=0)
    made = min(now, due) - timedelta(days=chance.randrange(1, 14))
    return {"status": "planned", "created_at": made, "updated_at": made, **times(kind, due)}


def times(kind: str, at: datetime) -> dict[str, datetime]:
    if kind not in LENGTHS:
        return {"due_at": at}
    return {"due_at": at, "starts_at": at, "ends_at": at + timedelta(minutes=LENGTHS[kind])}


def notes(office: Office, companies: list[Company]) -> Iterator[Note]:
    for index in range(office.volume.notes):
        known, about = subject(office, companies, "note", index)
        chance = office.draws.chance("note", index)
        at = max(known.since, office.draws.moment(chance))
        yield Note(
            id=office.draws.id("note", index),
            team=office.teams[known.side],
            owner_id=known.owner.id,
            created_at=at,
            updated_at=at,
            body=chance.choice(NOTES),
            pinned=chance.random() < 0.05,
            **about,
        )
