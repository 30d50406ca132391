"""A dry run: everything is written for real and taken back, so that the forecast cannot differ from the import."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from crm.core.actor import Actor
from crm.transfer.batches import import_rows
from crm.transfer.columns import Context
from crm.transfer.drafts import Draft
from crm.transfer.importers import Importer, importer_for
from crm.transfer.models import ImportRun
from crm.transfer.running import CHUNK, context_of, reader_of, row_of

MOST_ROWS = 5_000
LONGEST = 8.0
SHOWN_RECORDS = 8
MOST_TOLD = 50


class _TakeBack(Exception):
    pass


@dataclass(slots=True)
class Forecast:
    """What an import would do. `is_whole` is false when only the beginning of the file was tried."""

    counts: Counter[str] = field(default_factory=Counter)
    noted: int = 0
    linked: int = 0
    is_whole: bool = False
    records: list[list[str]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        names = ("noted", "linked", "is_whole", "records", "problems", "notes")
        return {"counts": dict(self.counts), **{name: getattr(self, name) for name in names}}

    def add(self, importer: Importer, run: ImportRun, drafts: Sequence[Draft], most_told: int) -> None:
        names = [name for name in run.mapping if name in importer.columns]
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
    with reader_of(run) as reader:
        while not forecast.is_whole and done < most_rows and time.monotonic() < until:
            rows = reader.chunk(size)
            forecast.add(importer, run, import_rows(importer, rows, run.mapping, context, len(run.headers)), most_told)
            done += len(rows)
            forecast.is_whole = len(rows) < size


def shown(draft: Draft, name: str) -> str:
    """A value as it will be stored, a choice by its label."""
    if name in draft.references:
        return draft.references[name]
    if name not in draft.values:
        return ""
    field = next((one for one in draft.record._meta.concrete_fields if one.name == name), None)
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(draft.values[name], draft.values[name]))
    if isinstance(field, models.ForeignKey):
        return str(getattr(draft.record, name) or "")
    return str(draft.values[name])
