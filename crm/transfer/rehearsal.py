"""A dry run: everything is written for real and taken back, so that the forecast cannot differ from the import."""

import time
from collections import Counter
from collections.abc import Sequence
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
SHOWN_PROBLEMS = 50


class _TakeBack(Exception):
    pass


def rehearse(actor: Actor, run: ImportRun, most_rows: int = MOST_ROWS, seconds: float = LONGEST) -> dict[str, Any]:
    """{"counts", "noted", "linked", "is_whole", "records", "problems"}, plain enough for a JSON field.

    `is_whole` is false when only the beginning of the file was tried.
    """
    result: dict[str, Any] = {}
    try:
        with transaction.atomic():
            result = _try(run, context_of(run, actor), most_rows, time.monotonic() + seconds)
            raise _TakeBack
    except _TakeBack:
        return result


def _try(run: ImportRun, context: Context, most_rows: int, until: float) -> dict[str, Any]:
    importer = importer_for(run.resource)
    counts: Counter[str] = Counter()
    records: list[list[str]] = []
    problems: list[dict[str, Any]] = []
    noted = linked = done = 0
    with reader_of(run) as reader:
        while True:
            rows = reader.chunk(min(CHUNK, most_rows))
            drafts = import_rows(importer, rows, run.mapping, context, len(run.headers))
            counts.update(draft.status for draft in drafts)
            noted += sum(1 for draft in drafts if draft.reasons and draft.status not in ("failed", "skipped"))
            linked += sum(draft.linked for draft in drafts)
            _collect(importer, run, drafts, records, problems)
            done += len(rows)
            is_whole = len(rows) < min(CHUNK, most_rows)
            if is_whole or done >= most_rows or time.monotonic() > until:
                break
    return {
        "counts": dict(counts),
        "noted": noted,
        "linked": linked,
        "is_whole": is_whole,
        "records": records,
        "problems": problems,
    }


def _collect(
    importer: Importer,
    run: ImportRun,
    drafts: Sequence[Draft],
    records: list[list[str]],
    problems: list[dict[str, Any]],
) -> None:
    names = [name for name in run.mapping if name in importer.columns]
    for draft in drafts:
        if draft.status in ("created", "updated") and len(records) < SHOWN_RECORDS:
            records.append([shown(draft, name) for name in names])
        if draft.reasons and len(problems) < SHOWN_PROBLEMS:
            row = row_of(run, draft)
            problems.append({"line": row.line, "status": row.status, "reasons": row.reasons, "cells": row.cells[:4]})


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
