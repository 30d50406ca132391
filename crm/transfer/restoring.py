"""Taking back what an import wrote: field by field, never over what somebody changed or uses since."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from auditlog.services import last_words, record_many
from auditlog.writes import event_word
from crm.core.actor import Actor
from crm.core.bulk import update_many
from crm.core.records import Identified
from crm.core.searching import Searchable
from crm.transfer.importers import Part, importers
from crm.transfer.journal import as_json, from_json, kept_fields
from crm.transfer.models import ConflictKind, ImportConflict, ImportedUpdate, ImportRun

Changes = dict[str, tuple[Any, Any]]


@dataclass(slots=True)
class Undoing:
    """`is_forced`: a person has seen what changed since, and wants it taken back all the same. `action` takes that."""

    run: Any
    actor: Actor
    is_forced: bool = False
    action: str = "write"
    conflicts: list[ImportConflict] = field(default_factory=list)
    restored: int = 0
    removed: int = 0

    def leave(self, kind: ConflictKind, label: str, pk: Any, text: str = "", **more: Any) -> None:
        self.conflicts.append(
            ImportConflict(run=self.run, kind=kind, model=label, record_id=pk, label=text[:255], **more)
        )


class Update(Protocol):
    """A change that was noted: `changes` are {attribute: [before, after]}, `made` {model label: ids}."""

    pk: Any
    model: str
    record_id: UUID
    changes: Any
    made: Any
    undone_version: int | None


def restore(undoing: Undoing, updates: Sequence[Any]) -> None:
    """The latest first, so that a record changed twice goes the same way back."""
    by_model: dict[str, list[Update]] = defaultdict(list)
    for update in sorted(updates, key=lambda one: one.pk, reverse=True):
        by_model[update.model].append(update)
    for label, found in by_model.items():
        _restore(undoing, apps.get_model(label), found)


def _restore(undoing: Undoing, model: type[Any], updates: Sequence[Update]) -> None:
    rows = _locked(undoing.actor, model, undoing.action, [one.record_id for one in updates])
    changed: dict[UUID, Changes] = defaultdict(dict)
    lost = _lost_targets(model, updates)
    for update in updates:
        record = rows.get(update.record_id)
        if record is None:
            kind = ConflictKind.FORBIDDEN if _exists(model, update.record_id) else ConflictKind.GONE
            undoing.leave(kind, update.model, update.record_id, update=update)
            continue
        for name, pair in _set_back(undoing, update, record, lost).items():
            first = changed[record.pk].get(name, pair)
            changed[record.pk][name] = (first[0], pair[1])
    _drop_made(updates, set(rows))
    _save(undoing, model, [rows[pk] for pk in changed], changed, updates)


def _lost_targets(model: type[models.Model], updates: Sequence[Update]) -> set[tuple[str, Any]]:
    """(attribute, id) of links to what is no longer there, which cannot be made again."""
    lost = set()
    for one in kept_fields(model):
        noted = (update.changes[one.attname][0] for update in updates if one.attname in update.changes)
        wanted = {pk for pk in noted if pk is not None} if one.is_relation else set()
        if wanted:
            there = one.related_model._base_manager.filter(pk__in=wanted).values_list("pk", flat=True)
            lost |= {(one.attname, pk) for pk in wanted - set(map(str, there))}
    return lost


def _set_back(undoing: Undoing, update: Update, record: Any, lost: set[tuple[str, Any]]) -> Changes:
    """What the import left is set to what was before; what is something else by now is left, and told."""
    done, left = {}, {}
    model: type[models.Model] = type(record)
    fields = {one.attname: one for one in kept_fields(model)}
    for name, (before, after) in update.changes.items():
        current = as_json(getattr(record, name)) if name in fields else before
        if current == before:
            continue
        if (current != after and not undoing.is_forced) or (fields[name].is_relation and (name, before) in lost):
            left[name] = [after, current, before]
            continue
        value = from_json(fields[name], before)
        done[name] = (getattr(record, name), value)
        setattr(record, name, value)
    if left:
        undoing.leave(ConflictKind.EDITED, update.model, record.pk, str(record), update=update, details=left)
    return done


def _drop_made(updates: Sequence[Update], present: set[Any]) -> None:
    made: dict[str, list[str]] = defaultdict(list)
    for update in updates:
        if update.record_id in present:
            for label, pks in update.made.items():
                made[label].extend(pks)
    for label, pks in made.items():
        apps.get_model(label)._base_manager.filter(pk__in=pks).delete()


def _save(
    undoing: Undoing,
    model: type[Any],
    records: Sequence[Any],
    changed: Mapping[UUID, Changes],
    updates: Sequence[Update],
) -> None:
    for record in records:
        record.version += 1
        record.updated_at = timezone.now()
        if isinstance(record, Searchable):
            record.refresh_search_text()
    saved = list(_written(undoing, model, records, changed))
    for verb in ("updated", "archived", "restored"):
        group = [one for one in saved if _verb(one, changed[one.pk]) == verb]
        record_many(undoing.actor, f"{_word(model)}.{verb}", group, lambda one: changed[one.pk])
    versions = {record.pk: record.version for record in saved}
    told = [update for update in updates if update.record_id in versions]
    for update in told:
        update.undone_version = versions[update.record_id]
    if told:
        update_many(type(told[0]), told, ["undone_version"])  # type: ignore[arg-type]
    undoing.restored += len(saved)


def _verb(record: Any, changes: Changes) -> str:
    if set(changes) != {"archived_at"}:
        return "updated"
    return "archived" if record.archived_at else "restored"


def _written(
    undoing: Undoing, model: type[Any], records: Sequence[Any], changed: Mapping[UUID, Changes]
) -> Iterator[Any]:
    """All at once; where a value is taken by now, in halves, down to the record that has to stay."""
    if not records:
        return
    names = {name for record in records for name in changed[record.pk]}
    names |= {"version", "updated_at"} | ({"search_text"} if issubclass(model, Searchable) else set())
    try:
        with transaction.atomic():
            update_many(model, records, sorted(names))
        yield from records
    except IntegrityError:
        if len(records) == 1:
            undoing.leave(ConflictKind.TAKEN, model._meta.label_lower, records[0].pk, str(records[0]))
            return
        half = len(records) // 2
        for part in (records[:half], records[half:]):
            yield from _written(undoing, model, part, changed)


def remove(undoing: Undoing, created: Sequence[tuple[str, Sequence[str]]]) -> None:
    """What the import created goes for good, unless it was changed or is used since."""
    for label, pks in reversed(created):
        _remove(undoing, apps.get_model(label), label, [UUID(pk) for pk in pks])


def _remove(undoing: Undoing, model: type[Any], label: str, pks: Sequence[UUID]) -> None:
    rows = _locked(undoing.actor, model, "delete", pks)
    for pk in set(pks) - set(rows):
        if _exists(model, pk):
            undoing.leave(ConflictKind.FORBIDDEN, label, pk)
    if not undoing.is_forced:
        for record in _edited(undoing, rows):
            undoing.leave(ConflictKind.EDITED, label, record.pk, str(record))
            del rows[record.pk]
    for pk, users in _users_of(model, rows, undoing.run, undoing.is_forced).items():
        record = rows.pop(pk)
        undoing.leave(ConflictKind.USED, label, pk, str(record), details={"by": sorted(users)})
    _delete(undoing, model, list(rows.values()))


def _edited(undoing: Undoing, rows: Mapping[UUID, Any]) -> list[Any]:
    """Whose version is not the one that this import, or its undoing, left."""
    suspects = [record for record in rows.values() if record.version != 1]
    own = ImportedUpdate.objects.filter(
        record_id__in=[record.pk for record in suspects], chunk__run=undoing.run, undone_version__isnull=False
    )
    known = dict(own.values_list("record_id").annotate(models.Max("undone_version")))
    return [record for record in suspects if record.version != known.get(record.pk)]


def _users_of(model: type[Any], rows: Mapping[UUID, Any], run: ImportRun, is_forced: bool) -> dict[UUID, set[str]]:
    """Who points to these records by now: one query for each kind of record that can."""
    users: dict[UUID, set[str]] = defaultdict(set)
    parts = parts_of(model)
    for relation in model._meta.related_objects:
        other: Any = relation.related_model
        if not rows or not other._meta.managed or relation.many_to_many:
            continue
        pointing = other._base_manager.filter(**{f"{relation.field.name}__in": list(rows)})
        part = next((one for one in parts if (one.model, one.link) == (other, relation.field.name)), None)
        if part is not None:
            if not part.at or is_forced or run.finished_at is None:
                continue
            pointing = pointing.filter(**{f"{part.at}__gt": run.finished_at})
        elif other is model:
            pointing = pointing.exclude(pk__in=list(rows))
        for pk in pointing.values_list(relation.field.attname, flat=True).distinct():
            users[pk].add(str(other._meta.verbose_name_plural))
    return users


def _delete(undoing: Undoing, model: type[Any], records: Sequence[Any]) -> None:
    if not records:
        return
    record_many(undoing.actor, f"{_word(model)}.deleted", records, last_words)
    pks = [record.pk for record in records]
    for part in parts_of(model):
        rows = part.of(pks)
        rows._raw_delete(rows.db)
    gone = model._base_manager.filter(pk__in=pks)
    gone._raw_delete(gone.db)
    undoing.removed += len(records)


def parts_of(model: type[Any]) -> tuple[Part, ...]:
    kinds = (kind for one in importers().values() for kind in one.kinds)
    return next((kind.parts for kind in kinds if kind.model is model), ())


def _locked(actor: Actor, model: type[Any], action: str, pks: Iterable[Any]) -> dict[UUID, Any]:
    rows = model.objects.for_actor(actor, action).filter(pk__in=set(pks)).select_for_update(of=("self",))
    return {record.pk: record for record in rows.order_by("pk")}


def _exists(model: type[Any], pk: Any) -> bool:
    return bool(model._base_manager.filter(pk=pk).exists())


def _word(model: type[Identified]) -> str:
    return event_word(model())
