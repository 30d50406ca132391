"""A small sealed history, and the tools of somebody who changes it behind the application's back."""

import uuid
from typing import Any

from django.db import connection

from auditlog import append_only
from auditlog.leaves import stamp
from auditlog.models import AuditSeal
from auditlog.proof import Finding
from auditlog.sealing import seal_pending
from auditlog.services import build_event
from auditlog.trail import verification
from crm.core.actor import Actor

ACTOR = Actor.system("test")
ACTIONS = ("customers.updated", "users.updated", "deals.moved", "contacts.deleted")


def history(rounds: int = 4, each: int = 12) -> list[AuditSeal]:
    seals = []
    for number in range(rounds):
        for place in range(each):
            changes = {"name": (f"before {place}", f"after {number}")}
            event = build_event(ACTOR, ACTIONS[place % len(ACTIONS)], None, changes)
            event.actor_label, event.address = f"Person {place}", "192.0.2.7"
            stamp(event).save(force_insert=True)
        seals += seal_pending()
    return seals


def findings(**options: Any) -> list[Finding]:
    _run, found = verification(**options)
    return list(found)


def without_triggers() -> None:
    """One by one, because SQLite would commit a whole script."""
    for one in append_only.REMOVE[connection.vendor].split(";"):
        if one.strip():
            statement(one)


def statement(sql: str, *values: Any) -> None:
    ready = [value.hex if isinstance(value, uuid.UUID) and connection.vendor == "sqlite" else value for value in values]
    with connection.cursor() as cursor:
        cursor.execute(sql, ready)
