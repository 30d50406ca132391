"""Many rows at once: COPY on PostgreSQL, batches of inserts elsewhere; each new row leaves its audit event."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models

from auditlog.models import AuditEvent
from auditlog.services import build_event
from crm.core.actor import Actor
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
    ready = _searchable(rows) if issubclass(model, Searchable) else rows
    if connection.vendor == "postgresql":
        _copy(model, ready)
    else:
        model._default_manager.bulk_create(ready, batch_size=BATCH)


def _searchable(rows: Iterable[Any]) -> Iterator[Any]:
    for row in rows:
        row.refresh_search_text()
        yield row


def _copy(model: type[M], rows: Iterable[M]) -> None:
    """Values go as they are: plain strings, numbers, moments and ids, which the driver knows how to send."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    quoted = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    values = attrgetter(*(field.attname for field in fields))
    statement = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({quoted}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(values(row))


def event(actor: Actor, action: str, subject: Any, changes: Any, at: datetime) -> AuditEvent:
    """An event of the past."""
    return build_event(actor, action, subject, changes, at)
