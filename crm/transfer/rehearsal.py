"""A dry run: everything is written for real and taken back, so that the forecast cannot differ from the import."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from crm.core.actor import Actor
from crm.core.custom_fields.definitions import COLUMN, PREFIX
from crm.transfer.batches import Table, import_rows
from crm.transfer.columns import Context
from crm.transfer.csv_rows import RawRow
from crm.transfer.drafts import Draft, each_record
from crm.transfer.importers import Importer, importer_for
from crm.transfer.journal import Journal
from crm.transfer.models import ImportedUpdate, ImportRun
from crm.transfer.ordering import Order
from crm.transfer.running import CHUNK, context_of, counted, reader_of, row_of, rows_of_round
from crm.transfer.sheets import DOT

MOST_ROWS = 5_000
LONGEST = 8.0
SHOWN_RECORDS = 8
SHOWN_CHANGES = 30
# Follow from the others.
BESIDE = frozenset({"last_activity_at", "stage_changed_at", "account_level"})
MOST_TOLD = 50


class _TakeBack(Exception):
    pass


@dataclass(slots=True)
class Forecast:
    """What an import would do. `is_whole` is false when only the beginning of the file was tried."""

    counts: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    noted: int = 0
    linked: int = 0
    is_whole: bool = False
    records: list[list[str]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        names = ("kinds", "noted", "linked", "is_whole", "records", "changes")
        told = {name: sorted(getattr(self, name), key=lambda row: row["line"]) for name in ("problems", "notes")}
        return {"counts": dict(self.counts), **told, **{name: getattr(self, name) for name in names}}

    def add(self, importer: Importer, run: ImportRun, drafts: Sequence[Draft], most_told: int) -> None:
        columns = importer.all_columns()
        names = [name for name in run.mapping if name in columns]
        self.kinds = counted(self.kinds, drafts)
        for draft in drafts:
            self.counts[draft.status] += 1
            self.linked += draft.linked
            self.noted += draft.is_noted
            if draft.status in ("created", "updated") and len(self.records) < SHOWN_RECORDS:
                self.records.append([shown(draft, name) for name in names])
            told = self.notes if draft.is_noted else self.problems if draft.status in ("failed", "skipped") else None
            if told is not None and len(told) < most_told:
                row = row_of(run, draft)
                told.append(
                    {name: getattr(row, name) for name in ("line", "status", "reasons")} | {"cells": row.cells[:4]}
                )

    def add_changes(self, drafts: Sequence[Draft], updates: Sequence[ImportedUpdate]) -> None:
        """What records that are there would lose and gain, as {"line", "label", "fields": [(name, before, after)]}."""
        of_record = {draft.record.pk: draft for _kind, draft in each_record(drafts) if draft.status == "updated"}
        for update in updates[: SHOWN_CHANGES - len(self.changes)]:
            if draft := of_record.get(update.record_id):
                fields = [
                    (name, _said(name, pair[0], draft), _said(name, pair[1], draft)) for name, pair in told(update)
                ]
                self.changes.append({"line": draft.raw.line, "label": str(draft.record)[:255], "fields": fields})


def told(update: ImportedUpdate) -> list[tuple[str, list[Any]]]:
    return [(name, pair) for name, pair in update.changes.items() if name not in BESIDE]


def _said(name: str, value: Any, draft: Draft) -> str:
    """As people read it: a choice by its label, a link by what it points to."""
    one = next(field for field in draft.record._meta.concrete_fields if field.attname == name)
    if value in (None, ""):
        return ""
    if one.is_relation:
        return str(one.related_model._base_manager.filter(pk=value).first() or value)[:200]
    return str(dict(one.flatchoices).get(value, value))[:200]


def rehearse(
    actor: Actor, run: ImportRun, most_rows: int = MOST_ROWS, seconds: float = LONGEST, most_told: int = MOST_TOLD
) -> Forecast:
    """Stops after so many rows or seconds. Raises Forbidden."""
    forecast = Forecast()
    try:
        with transaction.atomic():
            _try(run, context_of(run, actor), forecast, (most_rows, time.monotonic() + seconds, most_told))
            raise _TakeBack
    except _TakeBack:
        return forecast


def _try(run: ImportRun, context: Context, forecast: Forecast, limits: tuple[int, float, int]) -> None:
    most_rows, until, most_told = limits
    importer, size = importer_for(run.resource), min(CHUNK, most_rows)
    done = 0
    for rows, forecast.is_whole in _chunks(run, context.order, size):
        drafts = import_rows(importer, rows, Table(run.headers, run.mapping), context)
        forecast.add_changes(drafts, context.journal.updates)
        context.journal = Journal()
        forecast.add(importer, run, drafts, most_told)
        done += len(rows)
        if done >= most_rows or time.monotonic() >= until:
            return


def _chunks(run: ImportRun, order: Order, size: int) -> Iterator[tuple[list[RawRow], bool]]:
    """Rows round by round, and whether these are the last."""
    for number in range(order.rounds):
        with reader_of(run) as reader:
            is_over = False
            while not is_over:
                rows = rows_of_round(reader, size, number, order)
                is_over = len(rows) < size
                yield rows, is_over and number + 1 == order.rounds


def shown(draft: Draft, name: str) -> str:
    """A value as it will be stored, a choice by its label."""
    if draft.parts:
        kind, _dot, own = name.partition(DOT)
        return shown(draft.written[kind], own) if kind in draft.written else ""
    if name in draft.references:
        return draft.references[name]
    if name.startswith(PREFIX):
        value = draft.values.get(COLUMN, {}).get(name.removeprefix(PREFIX), "")
        return ", ".join(value) if isinstance(value, list) else str(value)
    if name not in draft.values:
        return ""
    field = next((one for one in draft.record._meta.concrete_fields if one.name == name), None)
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(draft.values[name], draft.values[name]))
    if isinstance(field, models.ForeignKey):
        return str(getattr(draft.record, name) or "")
    return str(draft.values[name])
