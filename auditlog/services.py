"""The one way an event enters the trail: in the caller's transaction, so that it is kept or lost with the change."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone

from auditlog.leaves import stamp
from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.bulk import insert_many, maker_of

Observer = Callable[[AuditEvent, Any], None]
Changes = Mapping[str, tuple[Any, Any]]

_observers: list[Observer] = []


def observe(observer: Observer) -> None:
    """Registers what follows from an event (webhooks, notices, automation); called by crm.wiring only."""
    _observers.append(observer)


def record(actor: Actor, action: str, subject: Any = None, changes: Changes | None = None) -> AuditEvent:
    """Writes one event such as `customers.updated` and tells the observers."""
    event = build_event(actor, action, subject, changes)
    event.save(force_insert=True)
    for observer in _observers:
        observer(event, subject)
    return event


def record_many(
    actor: Actor, action: str, subjects: Iterable[Any], changes: Changes | Callable[[Any], Changes] | None = None
) -> int:
    """One event per subject, inserted together, for imports and bulk changes; `changes` may be made per subject."""
    events = [
        build_event(actor, action, subject, changes(subject) if callable(changes) else changes) for subject in subjects
    ]
    insert_many(AuditEvent, events)
    for event in events:
        for observer in _observers:
            observer(event, None)
    return len(events)


def build_event(
    actor: Actor, action: str, subject: Any, changes: Changes | None, at: datetime | None = None
) -> AuditEvent:
    """An event ready to be inserted; `at` is now unless a past is told (demo data)."""
    event = maker_of(AuditEvent)(
        {
            "at": at or timezone.now(),
            "action": action,
            "actor_id": actor.id,
            "actor_label": actor.label[:255],
            "actor_kind": actor.kind,
            "on_behalf_of": actor.on_behalf_of[:255],
            "door": actor.door,
            "credential": actor.credential,
            "address": actor.origin.address[:64],
            "agent": actor.origin.agent[:255],
            "trace_id": actor.origin.trace_id[:64],
            "object_type": subject._meta.model_name if subject is not None else "",
            "object_id": str(subject.pk) if subject is not None else "",
            "object_label": str(subject)[:255] if subject is not None else "",
            "team_id": getattr(subject, "team_id", None),
            "changes": canonical(changes or {}),
        }
    )
    return stamp(event)


def canonical(changes: Changes) -> str:
    """JSON with sorted keys and no floats, the same text for the same content."""
    content = {name: list(pair) for name, pair in changes.items()}
    return json.dumps(content, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value.pk) if hasattr(value, "pk") else str(value)


def snapshot(subject: models.Model) -> dict[str, tuple[Any, Any]]:
    """Every stored value of a new record as (None, value), empty ones left out."""
    values = ((name, getattr(subject, attribute)) for name, attribute in _editable(type(subject)))
    return {name: (None, value) for name, value in values if value is not None and value not in ("", [], {})}


@cache
def _editable(model: type[models.Model]) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, field.attname) for field in model._meta.concrete_fields if field.editable)


def last_words(subject: models.Model) -> dict[str, tuple[Any, Any]]:
    """Every stored value of a record about to be deleted as (value, None)."""
    return {name: (after, before) for name, (before, after) in snapshot(subject).items()}
