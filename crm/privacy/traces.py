"""Where a person is named outside their own record, and what each such row becomes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from crm.core.commitments import Committed
from crm.core.records import Identified
from crm.core.searching import Searchable
from crm.privacy.collecting import answers_naming, lines_naming
from crm.privacy.identifiers import ERASED, Identifiers
from crm.privacy.mentions import mentioning, searched_models, text_fields
from crm.privacy.personal import BLANK
from crm.privacy.relations import Linked
from crm.privacy.subjects import KINDS, kind_of
from crm.transfer.exports.sweeping import ready_files
from crm.transfer.models import Export, ImportRun

CHUNK = 500
# What exports show of a person: their own kind, and whatever bears their name.
EVERY_EXPORT = ("customers", "contacts", "leads", "deals", "activities")
SHOWN_IN = {
    "contact": ("contacts", "leads", "deals", "activities"),
    "lead": ("leads", "activities"),
    "customer": EVERY_EXPORT,
    "user": EVERY_EXPORT,
}
# Kept for a bare purpose that ends with the person: the row goes as a whole where it names them.
GOES_WHOLE = {"accounts.LoginDoor", "accounts.LoginHistory", "auditlog.Familiar", "notices.Notification"}
# About the person through and through: a file cannot be redacted.
GOES_WITH_THE_PERSON = {"customers.Document"}
# Of a row that points to the person, these say nothing once the person is gone.
EMPTIED: dict[str, dict[str, Any]] = {
    "auditlog.Alert": {"address": ""},
    "auditlog.Familiar": {"subject": ""},
    "bulk.BulkItem": {"label": "", "reason": "", "changes": {}, "made": {}},
    "capture.Submission": {"body": "", "reasons": [], "address": ""},
    "customers.Consent": {"evidence": ""},
    "notices.Notification": {"title": ""},
    "transfer.ImportConflict": {"label": "", "details": {}},
    "transfer.ImportedUpdate": {"changes": {}, "made": {}},
    "customers.Merge": {"kept": {}},
    "transfer.ImportRow": {"label": "", "cells": [], "reasons": []},
    "webhooks.WebhookTry": {"body": "", "answer": ""},
}


@dataclass(frozen=True)
class Trace:
    """`changes` is {field: (before, after)}; empty for a row that goes as a whole. `is_close`: it is about them."""

    model: type[models.Model]
    pk: Any
    changes: dict[str, tuple[Any, Any]]
    is_close: bool = False

    @property
    def goes(self) -> bool:
        return not self.changes


def traces(subjects: list[Any], linked: Linked, found: Identifiers) -> Iterator[Trace]:
    """Rows that name one of `subjects`. In what is linked to them a first or last name alone is a mention, too."""
    own = {(type(one), one.pk) for one in subjects}
    for model in searched_models():
        close = _close_rows(model, linked, subjects)
        for row in _candidates(model, close, found).order_by("pk").iterator(chunk_size=CHUNK):
            if (model, row.pk) in own:
                continue
            if _goes_with(row, subjects):
                yield Trace(model, row.pk, {})
            elif trace := _trace(row, found, row.pk in close):
                yield trace


def traces_again(samples: list[list[Any]], found: Identifiers) -> Iterator[Trace]:
    """Of rows that were found before, by [model, id, is it about them]; what is gone or changed since is left out."""
    for label, pk, is_close in samples:
        row = apps.get_model(label)._base_manager.filter(pk=pk).first()
        if row is not None and (trace := _trace(row, found, is_close)):
            yield trace


def _goes_with(row: models.Model, subjects: list[Any]) -> bool:
    """Not what a colleague brought: that is about others."""
    if row._meta.label not in GOES_WITH_THE_PERSON:
        return False
    about = ((kind_of(one), one.pk) for one in subjects if kind_of(one) != "user")
    return any(getattr(row, f"{kind}_id") == pk for kind, pk in about)


def _candidates(model: type[models.Model], close: set[Any], found: Identifiers) -> Any:
    named = mentioning(model, found).values("pk")
    return model._base_manager.filter(Q(pk__in=named) | Q(pk__in=close))


def _close_rows(model: type[models.Model], linked: Linked, subjects: list[Any]) -> set[Any]:
    """What is about the person. What a colleague owns or made is about others."""
    only_colleagues = all(kind_of(one) == "user" for one in subjects)
    if model not in linked or model in KINDS.values() or (only_colleagues and model._meta.label not in EMPTIED):
        return set()
    return set(model._base_manager.filter(linked[model]).values_list("pk", flat=True))


def _trace(row: models.Model, found: Identifiers, is_close: bool) -> Trace | None:
    model, emptied = type(row), EMPTIED.get(row._meta.label, {}) if is_close else {}
    changes = {}
    for field in text_fields(model):
        before = getattr(row, field.attname)
        after = emptied.get(field.name, _redacted(field, row, found, is_close))
        if after != before and not _is_anothers_own(row, field):
            changes[field.name] = (before, after)
    if not changes:
        return None
    goes = model._meta.label in GOES_WHOLE or _is_unsent(row)
    return Trace(model, row.pk, {} if goes else changes, is_close)


def _redacted(field: Any, row: models.Model, found: Identifiers, is_close: bool) -> Any:
    value = getattr(row, field.attname)
    after = redact_text(value, found, is_close) if isinstance(value, str) else found.redact(value, is_close)
    if after != value and isinstance(after, str):
        after = f"{ERASED} {row.pk}" if field.unique else after[: field.max_length] if field.max_length else after
    return after


def redact_text(text: str, found: Identifiers, is_close: bool = False) -> str:
    """JSON kept as text is redacted as JSON, since it may write letters as numbers."""
    if text[:1] in "{[" and text:
        try:
            content = json.loads(text)
        except ValueError:
            return str(found.redact(text, is_close))
        after = found.redact(content, is_close)
        return json.dumps(after, ensure_ascii=False) if after != content else text
    return str(found.redact(text, is_close))


def _is_anothers_own(row: models.Model, field: Any) -> bool:
    """A name or address in the record of somebody who was not chosen is theirs; prose about them is not."""
    kind = kind_of(row)
    if row._meta.label == "account.EmailAddress":
        return True
    return kind in KINDS and field.name != "description" and f"{field.attname}" in BLANK[kind]


def _is_unsent(row: models.Model) -> bool:
    return row._meta.label == "outbox.Delivery" and getattr(row, "state", "") in ("pending", "processing")


def apply(trace: Trace) -> None:
    rows = trace.model._base_manager.filter(pk=trace.pk)
    if trace.goes:
        rows.delete()
        return
    values: dict[str, Any] = {name: after for name, (_before, after) in trace.changes.items()}
    if issubclass(trace.model, Committed):
        # Without the salt nobody can guess what stood behind the commitment, which stays.
        rows.exclude(commitment="").update(salt=b"", erased_at=timezone.now())
    if issubclass(trace.model, Identified):
        # Who has the row open must not write the old text back.
        values |= {"version": F("version") + 1, "updated_at": timezone.now()}
    rows.update(**values)
    if issubclass(trace.model, Searchable):
        for row in rows:
            row.refresh_search_text()  # type: ignore[attr-defined]
            rows.update(search_text=row.search_text)  # type: ignore[attr-defined]


def files_naming(found: Identifiers) -> list[ImportRun]:
    """Uploaded files with a line that names the person: they go whole, as a file cannot lose a line."""
    runs = ImportRun._base_manager.exclude(file="").order_by("pk")
    return [run for run in runs if next(lines_naming(run, found), None)]


def exports_holding(subjects: list[Any]) -> list[Export]:
    """Ready files of the kinds that show such a person, by their own record or by name: each can be made again."""
    resources = {name for one in subjects for name in SHOWN_IN[kind_of(one)]}
    return ready_files(resources)


def answers(found: Identifiers) -> list[Any]:
    return [answer.pk for answer in answers_naming(found)]


def blank_answers(pks: list[Any]) -> None:
    """The key stays spent: the request must not run again and bring the person back."""
    apps.get_model("api", "StoredAnswer")._base_manager.filter(pk__in=pks).update(body=b"{}")
