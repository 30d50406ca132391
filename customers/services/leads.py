"""Writes to leads. Conversion spans customers and deals and lives above, in deals."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.ownership import ensure_assignable
from auditlog import writes
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from customers.errors import LeadConverted
from customers.models import Lead
from customers.services.lifecycles import ensure_transition


@transaction.atomic
def lead_create(actor: Actor, **values: Any) -> Lead:
    """The owner defaults to the actor. Raises Invalid, Forbidden, Conflict."""
    lead = writes.create(actor, Lead(), values)
    ensure_assignable(lead)
    return lead


@transaction.atomic
def lead_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Lead:
    """Raises NotFound, Forbidden, Stale, Invalid, Conflict (`lead_converted`)."""
    lead = _unconverted(actor, "write", pk, version)
    changes = writes.apply(actor, lead, values)
    ensure_transition(lead, changes)
    if {"owner", "team"} & set(changes):
        ensure_assignable(lead)
    return lead


@transaction.atomic
def lead_archive(actor: Actor, pk: UUID | str, version: int | None = None) -> Lead:
    _unconverted(actor, "delete", pk, version)
    return writes.archive(Lead, actor, pk, version)


@transaction.atomic
def lead_restore(actor: Actor, pk: UUID | str, version: int | None = None) -> Lead:
    return writes.restore(Lead, actor, pk, version)


@transaction.atomic
def lead_delete(actor: Actor, pk: UUID | str, version: int | None = None) -> None:
    _unconverted(actor, "delete", pk, version)
    writes.delete(Lead, actor, pk, version)


def _unconverted(actor: Actor, action: str, pk: UUID | str, version: int | None) -> Lead:
    """A converted lead is the record of where a customer came from; it stays as it was."""
    lead = fetch_locked(Lead, actor, action, pk, version)
    if lead.converted_at is not None:
        raise LeadConverted()
    return lead
