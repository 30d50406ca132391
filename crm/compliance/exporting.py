"""A table as a file: CSV as a stream without an end, PDF up to a size that somebody can print."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from auditlog.services import record
from crm.compliance.reports.shape import Cell
from crm.core.actor import Actor
from crm.core.documents import Column, digest_of, new_document
from crm.core.spreadsheets import defused

FORMS = ("csv", "pdf")
MOST_PRINTED = 5000
CHUNK = 500

Rows = Callable[[], Iterable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Table:
    """What is exported: `facts` stand before the table on paper, `asked` (parameters) in the trail."""

    name: str
    title: str
    columns: Sequence[Cell]
    rows: Rows
    facts: list[tuple[str, Any]] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)
    closing: str = ""


def as_file(actor: Actor, table: Table, form: str, subject: Any = None) -> HttpResponseBase:
    """The answer with the file; the trail tells that it was taken, and of its end with rows and digest."""
    asked = {name: (None, value) for name, value in table.asked.items()}
    told = {"report": (None, table.name), "format": (None, form), **asked}
    record(actor, "compliance.exported", subject, told)
    name = f'attachment; filename="{table.name}-{timezone.localdate()}.{form}"'
    headers = {"Content-Disposition": name}
    if form == "csv":
        return StreamingHttpResponse(
            _csv(actor, table, subject), content_type="text/csv; charset=utf-8", headers=headers
        )
    return HttpResponse(_pdf(actor, table, subject), content_type="application/pdf", headers=headers)


def _csv(actor: Actor, table: Table, subject: Any) -> Iterator[bytes]:
    digest, count = hashlib.sha256(), 0
    rows = iter(table.rows())
    text = _lines([[cell.name for cell in table.columns]])
    while text:
        digest.update(text)
        yield text
        some = list(islice(rows, CHUNK))
        count += len(some)
        text = _lines(some)
    _finished(actor, table, subject, count, digest.hexdigest())


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([_plain(value) for value in row] for row in rows)
    return buffer.getvalue().encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return "" if value is None else defused(str(value))


def _pdf(actor: Actor, table: Table, subject: Any) -> bytes:
    rows = list(islice(iter(table.rows()), MOST_PRINTED + 1))
    shown = rows[:MOST_PRINTED]
    digest = digest_of(shown)
    document = new_document(table.title, digest=digest, by=actor.label, at=timezone.now(), landscape=True)
    document.facts(table.facts)
    if len(rows) > MOST_PRINTED:
        document.paragraph(_("The first {count} rows; the CSV file has them all.").format(count=MOST_PRINTED))
    columns = [Column(str(cell.label), cell.share, cell.numeric) for cell in table.columns]
    said = [[cell.said(value) for cell, value in zip(table.columns, row, strict=True)] for row in shown]
    if not document.table(columns, said):
        document.paragraph(_("There is nothing to show."))
    if table.closing:
        document.paragraph(table.closing)
    _finished(actor, table, subject, len(shown), digest)
    return document.output()


def _finished(actor: Actor, table: Table, subject: Any, count: int, digest: str) -> None:
    told = {"report": (None, table.name), "rows": (None, count), "sha256": (None, digest)}
    record(actor, "compliance.export_finished", subject, told)
