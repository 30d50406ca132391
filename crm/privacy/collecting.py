"""Everything kept about a person, section by section: rows linked to them, and texts that name them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst

from auditlog.leaves import plain
from crm.core.actor import Actor
from crm.core.canaries import announce
from crm.core.encryption import EncryptedTextField
from crm.privacy.identifiers import Identifiers
from crm.privacy.mentions import SECRETS, mentioning, names_the_person, searched_models
from crm.privacy.relations import Linked, linked_to, why
from crm.privacy.subjects import identifiers_of, within_reach
from crm.transfer.csv_rows import RowReader
from crm.transfer.models import ImportRun

WITHHELD = "(a secret, withheld)"
CHUNK = 500
# These rows do not come from `for_actor`, so a canary among them has to be announced here.
EXPORTED = "subject export"
Values = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """Rows of one model: `labels` by field, `rows` to be read once."""

    name: str
    title: str
    labels: dict[str, str]
    rows: Iterator[Values] = field(repr=False)


def sections(actor: Actor, subjects: list[Any]) -> Iterator[Section]:
    """Within the reach of `privacy:export`; a model that keeps nothing about them is an empty section."""
    linked, found = linked_to(subjects), identifiers_of(subjects)
    for model, condition in linked.items():
        yield _section(model, "", _linked(actor, model, condition, subjects))
    for model in searched_models():
        yield _section(model, "mentions", _mentions(actor, model, linked, found))
    yield Section("transfer.files", "Lines of imported files", LINE_LABELS, _file_lines(actor, found))
    yield _section(apps.get_model("api", "StoredAnswer"), "answers", _answers(found))


def _section(model: type[models.Model], kind: str, rows: Iterator[Values]) -> Section:
    labels = {one.name: str(capfirst(one.verbose_name)) for one in model._meta.concrete_fields}
    name = str(model._meta.label_lower) + (f".{kind}" if kind else "")
    title = str(capfirst(model._meta.verbose_name_plural))
    return Section(name, f"Mentioned in {title.lower()}" if kind else title, {"why": "Why it is here", **labels}, rows)


def _linked(actor: Actor, model: type[models.Model], condition: models.Q, subjects: list[Any]) -> Iterator[Values]:
    rows = within_reach(actor, model._base_manager.filter(condition), "export").order_by("pk")
    for row in rows.iterator(chunk_size=CHUNK):
        announce(actor, row, EXPORTED)
        yield {"why": ", ".join(why(row, subjects)) or _self_or_object(row, subjects), **values_of(row)}


def _self_or_object(row: models.Model, subjects: Iterable[Any]) -> str:
    return "the person" if row in subjects else "belongs to the person"


def _mentions(actor: Actor, model: type[models.Model], linked: Linked, found: Identifiers) -> Iterator[Values]:
    rows = within_reach(actor, mentioning(model, found), "export")
    if model in linked:
        rows = rows.exclude(pk__in=model._base_manager.filter(linked[model]).values("pk"))
    for row in rows.order_by("pk").iterator(chunk_size=CHUNK):
        if names_the_person(row, found):
            announce(actor, row, EXPORTED)
            yield {"why": "names the person", **values_of(row)}


def values_of(row: models.Model) -> Values:
    """Field → value, as plain JSON; secrets are named and withheld."""
    return {one.name: _value(row, one) for one in row._meta.concrete_fields}


def _value(row: models.Model, one: Any) -> Any:
    value = getattr(row, one.attname)
    if value in (None, "", b""):
        return None
    if isinstance(one, EncryptedTextField) or (one.name in SECRETS and one.name != "search_text"):
        return WITHHELD
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    return value if isinstance(value, bool | int | list | dict) else plain(value)


LINE_LABELS = {"why": "Why it is here", "file": "File", "line": "Line", "cells": "Cells"}


def lines_naming(run: ImportRun, found: Identifiers) -> Iterator[tuple[int, list[str]]]:
    """Rows of an uploaded file that name the person, by the number of their line."""
    if not run.file or not run.file.storage.exists(str(run.file.name)):
        return
    with run.file.open("rb") as content:
        reader = RowReader(content, run.encoding, run.delimiter, by_record=run.is_by_record, unguarded=True)
        yield from ((row.line, row.cells) for row in reader if found.strict.search(" ".join(row.cells)))
        reader.release()


def _file_lines(actor: Actor, found: Identifiers) -> Iterator[Values]:
    for run in within_reach(actor, ImportRun._base_manager.exclude(file=""), "export").order_by("pk"):
        for line, cells in lines_naming(run, found):
            yield {"why": f"import {run.pk}", "file": run.file_name, "line": line, "cells": cells}


def answers_naming(found: Identifiers) -> Iterator[Any]:
    """Kept answers of the API, a day's worth, whose body names the person."""
    for answer in apps.get_model("api", "StoredAnswer")._base_manager.order_by("pk").iterator(chunk_size=CHUNK):
        body = bytes(answer.body).decode(errors="replace")
        if found.redact(_parsed(body)) != _parsed(body):
            yield answer


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body


def _answers(found: Identifiers) -> Iterator[Values]:
    for answer in answers_naming(found):
        yield {"why": "names the person", **values_of(answer)}
