"""Everything that points to one record is made to point to another, and back: found by reflection, so that a model
that is added later is moved, too."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from auditlog.services import record, record_many
from auditlog.writes import event_word
from crm.core.actor import Actor
from crm.core.records import Identified, Record
from crm.core.relations import label_of, links_to
from customers.merging.rows import Values, named, with_dependents

BATCH = 1000

HOLDERS = ("customers.Customer", "customers.Contact", "customers.Lead", "deals.Deal")
# What names records by an id without a foreign key, and why a merge leaves it: the old id leads to the new one.
NAMED_OTHERWISE: dict[str, str] = {
    "privacy.SubjectWork.subjects": "whom a request was about then; a missing record is told there",
    "privacy.SubjectWork.samples": "what a preview found then",
    "notices.Notification.subject_id": "what somebody was told then; of a record that is gone it says no more",
    "bulk.BulkItem.record_id": "what an act met then; its undo leaves out what is not there",
    "bulk.BulkItem.changes": "what an act changed then; its undo leaves out what is not there",
    "bulk.BulkItem.made": "what an act added then; its undo leaves out what is not there",
    "bulk.BulkRun.filters": "what was asked for then",
    "bulk.BulkRun.values": "what was asked for then; a missing record is told there",
    "transfer.ImportConflict.record_id": "what an import met then; its undo leaves out what is not there",
    "transfer.ImportedUpdate.record_id": "what an import changed then; its undo leaves out what is not there",
    "transfer.ImportedUpdate.changes": "what an import changed then; its undo leaves out what is not there",
    "transfer.ImportedUpdate.made": "what an import made then; its undo leaves out what is not there",
    "lists.SavedView.filters": "a filter by an old id finds nothing and can be set anew",
    "accounts.HandOver.moved": "its undo leaves out what is not there",
    "admin.LogEntry.object_id": "what was done to the old id",
    "auditlog.AuditEvent.object_id": "what happened to the old id; the timeline and an erasure look for it, too",
    "auditlog.AuditName.object_id": "the name that the old id had in the trail",
    "auditlog.LegalHold.object_id": "a record under a hold is not merged",
    "compliance.ReviewItem.target_id": "roles, teams and credentials of people",
    **dict.fromkeys(
        (
            f"{holder}.custom_fields"
            for holder in ("customers.Customer", "customers.Contact", "customers.Lead", "deals.Deal")
        ),
        "references are moved by customers/merging/references.py",
    ),
    "transfer.Export.ids": "what was taken out then",
    "transfer.Export.filters": "what was asked for then",
    "transfer.ExportTemplate.filters": "a filter by an old id finds nothing and can be set anew",
    "customers.BulkChange.before": "its undo leaves out what is not there",
    "customers.BulkChange.target": "an owner or a label",
    "customers.DuplicatePair.left_id": "the next search for duplicates forgets what is gone",
    "customers.DuplicatePair.right_id": "the next search for duplicates forgets what is gone",
    "customers.IdentifierKey.customer_id": "the database keeps it in step with the record it is of",
    "customers.Merge.kept": "an earlier merge, which is undone after the later one",
    "customers.Merge.loser_id": "the old id itself",
    "customers.Merge.winner_id": "followed from one merge to the next",
    "deals.StageChange.actor_id": "a colleague",
    "privacy.SubjectRequest.subjects": "what a person asked for then; a missing record is told there",
    "transfer.ImportRow.record_id": "what an import made then",
}

Pks = list[Any]


def links_of(model: type[models.Model]) -> list[Any]:
    """Foreign keys of tables that are ours to write."""
    return [field for field in links_to(model) if field.model._meta.managed and not field.model._meta.proxy]


def move_links(actor: Actor, loser: Record, winner: Record) -> tuple[dict[str, Pks], list[Values]]:
    """What was moved, by link; and rows that had to go, because the winner has their like already."""
    moved: dict[str, Pks] = {}
    left_out: list[Values] = []
    for field in links_of(type(loser)):
        pks, remaining = _move(actor, field, loser.pk, winner.pk)
        if pks:
            moved[label_of(field)] = [pk if isinstance(pk, int) else str(pk) for pk in pks]
        left_out += [one for row in remaining for one in _left_out(actor, row)]
    return moved, left_out


def counts_pointing(record: Record) -> list[tuple[str, int]]:
    """(name of the rows, how many) of all that a merge would move away from the record."""
    found: dict[str, int] = {}
    for field in links_of(type(record)):
        words = str(field.model._meta.verbose_name_plural)
        found[words] = found.get(words, 0) + pointing(field, record.pk).count()
    return [(words, count) for words, count in found.items() if count]


def pointing(field: Any, target: UUID) -> Any:
    return field.model._base_manager.filter(**{field.attname: target})


def repoint(actor: Actor, field: Any, pks: Sequence[Any], before: UUID, after: UUID) -> Pks:
    """Answers those that cannot point there, because a rule of the table forbids it."""
    refused: Pks = []
    for start in range(0, len(pks), BATCH):
        batch = list(pks[start : start + BATCH])
        apart = _write(field, batch, after)
        _record(actor, field, [pk for pk in batch if pk not in set(apart)], before, after)
        refused += apart
    return refused


def _move(actor: Actor, field: Any, loser: UUID, winner: UUID) -> tuple[Pks, list[Any]]:
    # The winner itself may have stood below the loser; where it stands from now on is among its own values.
    rows = pointing(field, loser).exclude(pk=winner) if field.model is field.related_model else pointing(field, loser)
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    refused = set(repoint(actor, field, pks, loser, winner))
    return [pk for pk in pks if pk not in refused], list(field.model._base_manager.filter(pk__in=refused))


def _write(field: Any, pks: Pks, target: UUID) -> Pks:
    """By halves down to the single rows that a constraint keeps."""
    values: Values = {field.attname: target}
    if issubclass(field.model, Identified):
        values |= {"version": F("version") + 1, "updated_at": timezone.now()}
    try:
        with transaction.atomic():
            field.model._base_manager.filter(pk__in=pks).update(**values)
        return []
    except IntegrityError:
        half = len(pks) // 2
        return [*_write(field, pks[:half], target), *_write(field, pks[half:], target)] if half else pks


def _record(actor: Actor, field: Any, pks: Pks, before: UUID, after: UUID) -> None:
    if pks and issubclass(field.model, Record):
        rows = field.model._base_manager.filter(pk__in=pks)
        record_many(actor, f"{event_word(rows.model)}.updated", rows, {field.name: (before, after)})  # type: ignore[arg-type]


def _left_out(actor: Actor, row: models.Model) -> Iterator[Values]:
    """Kept with all that depends on it, and told of in the trail, before it goes."""
    kept = list(with_dependents(row))
    for one in kept:
        gone = {field.name: (getattr(one, field.attname), None) for field in one._meta.concrete_fields}
        record(actor, f"{event_word(one)}.left_out", one, gone)  # type: ignore[arg-type]
    yield from map(named, kept)
    row.delete()
