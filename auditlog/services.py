"""The one way an event enters the trail: in the caller's transaction, so that it is kept or lost with the change."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.db import models
from django.utils import timezone

from auditlog.leaves import stamp
from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.bulk import insert_many, maker_of
from crm.core.custom_fields.definitions import holds_custom_fields
from crm.core.custom_fields.writing import each_custom_field

AS_PYTHON_WRITES = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS

Observer = Callable[[AuditEvent, Any], None]
BatchObserver = Callable[[Sequence[AuditEvent]], None]
Changes = Mapping[str, tuple[Any, Any]]

_observers: list[Observer] = []
_batch_observers: list[BatchObserver] = []


def observe(observer: Observer) -> None:
    """Registers what follows from an event (webhooks, notices, automation); called by crm.wiring only."""
    _observers.append(observer)


def observe_together(observer: BatchObserver) -> None:
    """As `observe`, but called once for all that was recorded together, so that a thousand rows cost it no thousand
    queries; called by crm.wiring only."""
    _batch_observers.append(observer)


def record(actor: Actor, action: str, subject: Any = None, changes: Changes | None = None) -> AuditEvent:
    """Writes one event such as `customers.updated` and tells the observers."""
    event = build_event(actor, action, subject, changes)
    event.save(force_insert=True)
    for observer in _observers:
        observer(event, subject)
    for together in _batch_observers:
        together((event,))
    return event


def record_many(
    actor: Actor, action: str, subjects: Iterable[Any], changes: Changes | Callable[[Any], Changes] | None = None
) -> int:
    """One event per subject, inserted together, for imports and bulk changes; `changes` may be made per subject."""
    return record_built(build_events(actor, action, subjects, changes))


def build_events(
    actor: Actor, action: str, subjects: Iterable[Any], changes: Changes | Callable[[Any], Changes] | None = None
) -> list[AuditEvent]:
    """What `record_many` inserts; takes no database, so that it can be made while that is busy."""
    at = timezone.now()
    return [
        build_event(actor, action, subject, changes(subject) if callable(changes) else changes, at)
        for subject in subjects
    ]


def record_built(events: Sequence[AuditEvent], meanwhile: Callable[[], None] | None = None) -> int:
    """In the same transaction as the change they tell of; `meanwhile` as for insert_many."""
    insert_many(AuditEvent, events, meanwhile)
    for event in events:
        for observer in _observers:
            observer(event, None)
    for together in _batch_observers:
        together(events)
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
    """JSON with sorted keys and no floats, the same text for the same content; orjson writes it ten times faster."""
    content = {name: list(pair) for name, pair in changes.items()}
    try:
        return orjson.dumps(content, default=_plain, option=AS_PYTHON_WRITES).decode()
    except orjson.JSONEncodeError:  # a number of over 64 bits, half a surrogate pair
        return _canonical_by_python(content)


def _canonical_by_python(content: Mapping[str, Any]) -> str:
    return json.dumps(content, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value.pk) if hasattr(value, "pk") else str(value)


def snapshot(subject: models.Model) -> dict[str, tuple[Any, Any]]:
    """Every stored value of a new record as (None, value), empty ones left out."""
    values = [(name, getattr(subject, attribute)) for name, attribute in _editable(type(subject))]
    values += each_custom_field(subject).items() if holds_custom_fields(subject) else ()
    return {name: (None, value) for name, value in values if value or _is_something(value)}


def _is_something(value: Any) -> bool:
    """Of what counts as false: no and nought are values, an empty text or list is none."""
    return value is not None and value not in ("", [], {})


@cache
def _editable(model: type[models.Model]) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, field.attname) for field in model._meta.concrete_fields if field.editable)


def last_words(subject: models.Model) -> dict[str, tuple[Any, Any]]:
    """Every stored value of a record about to be deleted as (value, None)."""
    return {name: (after, before) for name, (before, after) in snapshot(subject).items()}
