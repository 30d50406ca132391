"""The writes every record shares, each one a transaction that leaves its event; services name them per entity."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model, ProtectedError
from django.utils import timezone

from auditlog.models import LegalHold
from auditlog.services import last_words, record, snapshot
from crm.core.actor import Actor
from crm.core.changes import Changes, change_record, create_record, fetch_locked, save_changes
from crm.core.errors import Conflict
from crm.core.records import Identified, Record

R = TypeVar("R", bound=Identified)
A = TypeVar("A", bound=Record)


@transaction.atomic
def create(actor: Actor, new: R, values: Mapping[str, Any]) -> R:
    """Inserts and records `<resource>.created`. Raises Invalid, Forbidden, Conflict."""
    with unique_values():
        created = create_record(new, actor, values)
    record(actor, f"{event_word(new)}.created", created, snapshot(created))
    return created


@transaction.atomic
def update(actor: Actor, model: type[R], pk: UUID | str, values: Mapping[str, Any], version: int | None = None) -> R:
    """Changes and records `<resource>.updated`; nothing where nothing changed.

    Raises NotFound, Forbidden, Stale, Invalid, Conflict.
    """
    current = fetch_locked(model, actor, "write", pk, version)
    apply(actor, current, values)
    return current


def apply(actor: Actor, current: Identified, values: Mapping[str, Any]) -> Changes:
    """The second half of `update`, for a record that the caller has already locked."""
    with unique_values():
        changes = change_record(current, actor, values)
    if changes:
        record(actor, f"{event_word(current)}.updated", current, changes)
    return changes


@transaction.atomic
def archive(model: type[A], actor: Actor, pk: UUID | str, version: int | None = None) -> A:
    """Takes a record out of every list; `restore` brings it back as it was."""
    current = fetch_locked(model, actor, "delete", pk, version)
    if not current.is_archived:
        current.archived_at = timezone.now()
        save_changes(current, {"archived_at"})
        record(actor, f"{event_word(current)}.archived", current)
    return current


@transaction.atomic
def restore(model: type[A], actor: Actor, pk: UUID | str, version: int | None = None) -> A:
    """Raises Conflict when a value that must be unique was taken in the meantime."""
    current = fetch_locked(model, actor, "delete", pk, version)
    if current.is_archived:
        current.archived_at = None
        with unique_values():
            save_changes(current, {"archived_at"})
        record(actor, f"{event_word(current)}.restored", current)
    return current


@transaction.atomic
def delete(model: type[R], actor: Actor, pk: UUID | str, version: int | None = None) -> None:
    """For good; the event keeps every value. Raises Conflict: `has_children` while other records point to it,
    `legal_hold` while one keeps it."""
    current = fetch_locked(model, actor, "delete", pk, version)
    _ensure_not_held(current)
    record(actor, f"{event_word(current)}.deleted", current, last_words(current))
    try:
        current.delete()
    except ProtectedError as error:
        names = sorted({str(child._meta.verbose_name_plural) for child in error.protected_objects})
        raise Conflict(f"Still used by {', '.join(names)}. Nothing was deleted.", code="has_children") from None


def _ensure_not_held(current: Identified) -> None:
    about = {"object_type": current._meta.model_name, "object_id": str(current.pk)}
    if hold := LegalHold.objects.active().filter(**about).first():
        raise Conflict(f"A legal hold keeps this: {hold.reason}. Nothing was deleted.", code="legal_hold")


@contextmanager
def unique_values() -> Iterator[None]:
    """A savepoint that turns a broken uniqueness into Conflict (`already_exists`)."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "unique" not in str(error).lower():
            raise
        raise Conflict("Another record already has this value.", code="already_exists") from None


def event_word(subject: Identified | type[Model]) -> str:
    """`customers`, `contacts` …: the table's word, also for labels and notes, which share a permission."""
    return str(subject._meta.verbose_name_plural).replace(" ", "_").lower()
