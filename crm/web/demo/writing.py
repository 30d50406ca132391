"""Many rows at once, each of which leaves its audit event."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import models

from auditlog.models import AuditEvent
from auditlog.services import build_event
from crm.core.actor import Actor
from crm.core.bulk import insert_many
from crm.core.searching import Searchable

M = TypeVar("M", bound=models.Model)
Story = Callable[[Any], Iterable[AuditEvent]]

BATCH = 2000


def write(model: type[M], rows: Iterable[M], story: Story | None = None) -> int:
    """Inserts what is not there yet, and what `story` tells about each inserted row. Answers how many were new."""
    written, remaining = 0, iter(rows)
    while batch := list(islice(remaining, BATCH)):
        known = set(model._default_manager.filter(pk__in=[row.pk for row in batch]).values_list("pk", flat=True))
        fresh = [row for row in batch if row.pk is None or row.pk not in known]
        insert(model, fresh)
        if story is not None:
            insert(AuditEvent, (event for row in fresh for event in story(row)))
        written += len(fresh)
    return written


def insert(model: type[M], rows: Iterable[M]) -> None:
    insert_many(model, list(_searchable(rows) if issubclass(model, Searchable) else rows))


def _searchable(rows: Iterable[Any]) -> Iterator[Any]:
    for row in rows:
        row.refresh_search_text()
        yield row


def event(actor: Actor, action: str, subject: Any, changes: Any, at: datetime) -> AuditEvent:
    """An event of the past."""
    return build_event(actor, action, subject, changes, at)
