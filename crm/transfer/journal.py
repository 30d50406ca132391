"""What an import writes, noted in the same transaction, so that all of it can be taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models

from crm.core.bulk import insert_many
from crm.transfer.models import ImportChunk, ImportedUpdate, ImportRun

# What follows from the rest of a record, or counts its changes.
FOLLOWING = frozenset({"version", "updated_at", "search_text"})

State = dict[str, Any]


@dataclass(slots=True)
class Journal:
    """Of one chunk: (model label, ids) in the order of writing; `shared` is what several records stand on."""

    shared: list[tuple[str, list[str]]] = field(default_factory=list)
    created: list[tuple[str, list[str]]] = field(default_factory=list)
    updates: list[ImportedUpdate] = field(default_factory=list)

    def mark(self) -> tuple[int, int, int]:
        return len(self.shared), len(self.created), len(self.updates)

    def rewind(self, mark: tuple[int, int, int]) -> None:
        """What was written since then was rolled back."""
        del self.shared[mark[0] :], self.created[mark[1] :], self.updates[mark[2] :]

    def note_created(self, records: Iterable[models.Model], is_shared: bool = False) -> None:
        found = list(records)
        if found:
            noted = self.shared if is_shared else self.created
            noted.append((found[0]._meta.label_lower, [str(record.pk) for record in found]))

    def note_updated(self, record: models.Model, before: State, made: Mapping[str, list[str]]) -> None:
        after = state_of(record)
        changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        if changes or made:
            label = record._meta.label_lower
            self.updates.append(ImportedUpdate(model=label, record_id=record.pk, changes=changes, made=dict(made)))

    def save(self, run: ImportRun) -> None:
        created = [*self.shared, *self.created]
        if not created and not self.updates:
            return
        chunk = ImportChunk(run=run, created=created)
        chunk.save(force_insert=True)
        for update in self.updates:
            update.chunk = chunk
        insert_many(ImportedUpdate, self.updates)


@cache
def kept_fields(model: type[models.Model]) -> tuple[Any, ...]:
    """The columns that make up a record's state."""
    return tuple(one for one in model._meta.concrete_fields if not one.primary_key and one.name not in FOLLOWING)


def state_of(record: models.Model) -> State:
    """Every stored value by its attribute, as JSON holds it."""
    return {one.attname: as_json(getattr(record, one.attname)) for one in kept_fields(type(record))}


def as_json(value: Any) -> Any:
    if isinstance(value, Decimal | UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime | date) else value


def from_json(one: Any, value: Any) -> Any:
    """The value of that field again; of a link its id."""
    return (one.target_field if one.is_relation else one).to_python(value)
