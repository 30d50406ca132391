"""Events as a ZIP of one CSV or JSON-lines file and a manifest, streamed: nothing is held, however many rows."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from auditlog.leaves import iso
from auditlog.models import AuditEvent
from auditlog.proof import PERSONAL, PUBLIC
from auditlog.services import record
from auditlog.trail import COLUMNS, as_row
from crm.core.actor import Actor
from crm.core.spreadsheets import defused

CHUNK = 2000
COLUMNS_SHOWN = ("id", "at", *(name for name in (*PUBLIC, *PERSONAL) if name not in ("id", "at")), "seal")
FORMATS = ("csv", "jsonl")


class Sink(io.RawIOBase):
    """Takes what the archive writes and hands it on; it cannot be read or wound back."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        parts, self.parts = self.parts, []
        return b"".join(parts)


def export(actor: Actor, rows: "QuerySet[AuditEvent]", filters: dict[str, str], form: str) -> Iterator[bytes]:
    """The archive in pieces. The trail tells of its begin, and of its end with rows and digest."""
    record(actor, "audit.exported", None, {"format": (None, form), "filter": (None, filters)})
    return _archive(actor, rows, filters, form)


def _archive(actor: Actor, rows: "QuerySet[AuditEvent]", filters: dict[str, str], form: str) -> Iterator[bytes]:
    sink, digest, count = Sink(), hashlib.sha256(), 0
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open(f"events.{form}", "w", force_zip64=True) as member:
            for lines, text in _pieces(rows, form):
                count += lines
                digest.update(text)
                member.write(text)
                yield sink.take()
        manifest = {
            "rows": count,
            "sha256": digest.hexdigest(),
            "filter": filters,
            "exported_by": actor.label,
            "exported_at": iso(timezone.now()),
            "columns": list(COLUMNS_SHOWN),
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False))
    yield sink.take()
    record(actor, "audit.export_finished", None, {"rows": (None, count), "sha256": (None, manifest["sha256"])})


def _pieces(rows: "QuerySet[AuditEvent]", form: str) -> Iterator[tuple[int, bytes]]:
    events = map(as_row, rows.order_by("at", "id").values_list(*COLUMNS).iterator(chunk_size=CHUNK))
    if form == "csv":
        yield 0, _csv([COLUMNS_SHOWN])
    for some in _chunks(events):
        yield len(some), _csv(map(_cells, some)) if form == "csv" else _lines(some)


def _chunks(events: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    some: list[dict[str, Any]] = []
    for event in events:
        some.append(event)
        if len(some) == CHUNK:
            yield some
            some = []
    if some:
        yield some


def _csv(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _lines(events: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n" for event in events).encode()


def _cells(event: dict[str, Any]) -> list[str]:
    return [defused(str(event[name] if event[name] is not None else "")) for name in COLUMNS_SHOWN]
