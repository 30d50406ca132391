"""Writes to contacts."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.ownership import ensure_assignable
from auditlog import writes
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.core.errors import invalid_field
from customers.models import Contact, Customer
from customers.services.consents import MARKS, follow_marks

LONGEST_CHAIN = 20


@transaction.atomic
def contact_create(actor: Actor, **values: Any) -> Contact:
    """The team is the customer's, the owner defaults to the actor. Raises Invalid, Forbidden, Conflict."""
    contact = writes.create(actor, Contact(), with_team_of(values.get("customer"), values))
    ensure_assignable(contact)
    follow_marks(actor, contact, {mark for mark in MARKS.values() if getattr(contact, mark)})
    return contact


@transaction.atomic
def contact_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Contact:
    """Raises NotFound, Forbidden, Stale, Invalid, Conflict."""
    contact = fetch_locked(Contact, actor, "write", pk, version)
    changes = writes.apply(actor, contact, values)
    if {"owner", "team"} & set(changes):
        ensure_assignable(contact)
    if "reports_to" in changes:
        _refuse_circle(contact)
    follow_marks(actor, contact, changes)
    return contact


contact_archive = partial(writes.archive, Contact)
contact_restore = partial(writes.restore, Contact)
contact_delete = partial(writes.delete, Contact)


def with_team_of(subject: Customer | Any, values: dict[str, Any]) -> dict[str, Any]:
    """What is about a record belongs to that record's team unless a team is named."""
    return {"team": subject.team, **values} if subject is not None and not values.get("team") else values


def _refuse_circle(contact: Contact) -> None:
    manager, steps = contact.reports_to, 0
    while manager is not None:
        steps += 1
        if manager.pk == contact.pk or steps > LONGEST_CHAIN:
            raise invalid_field("reports_to", "That would make somebody their own superior.", "cycle")
        manager = manager.reports_to
