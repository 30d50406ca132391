"""A person's data as a ZIP, streamed: JSON per kind of row for machines, one HTML page for people."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from auditlog.exporting import Sink
from auditlog.leaves import iso
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked
from crm.core.errors import Conflict
from crm.privacy.collecting import Section, Values, sections
from crm.privacy.files import chunks_of, versions_about
from crm.privacy.models import SubjectRequest
from crm.privacy.subjects import chosen, kind_of

READABLE_ROWS = 200
STYLE = "css/export.css"


@dataclass
class Page:
    """What the readable page shows of a section; `more` rows are in the JSON file alone."""

    title: str
    file: str
    rows: list[list[tuple[str, Any]]] = field(default_factory=list)
    more: int = 0

    def add(self, section: Section, row: Values) -> None:
        if len(self.rows) < READABLE_ROWS:
            filled = ((section.labels.get(name, name), value) for name, value in row.items())
            self.rows.append([(label, value) for label, value in filled if value is not None])
        else:
            self.more += 1


@transaction.atomic
def subject_export(actor: Actor, pk: Any) -> Iterator[bytes]:
    """Everything about the people of a request. Raises NotFound, Forbidden, Conflict (`nobody_chosen`)."""
    request = fetch_locked(SubjectRequest, actor, "read", pk)
    ensure_may(actor, "privacy:export", request)
    subjects = chosen(actor, request.subjects, "export")
    if not subjects:
        raise Conflict("Choose first which records are this person.", code="nobody_chosen")
    record(actor, "privacy.exported", request, {"subjects": (None, [kind_of(one) for one in subjects])})
    for subject in subjects:
        record(actor, "privacy.exported", subject)
    return _archive(actor, request, subjects)


def _archive(actor: Actor, request: SubjectRequest, subjects: list[Any]) -> Iterator[bytes]:
    sink, pages, files = Sink(), [], {}
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for section in sections(actor, subjects):
            page = Page(section.title, f"data/{section.name}.json")
            first = next(section.rows, None)
            if first is None:
                continue
            digest = hashlib.sha256()
            with archive.open(page.file, "w", force_zip64=True) as member:
                for text in _json(section, first, page):
                    digest.update(text)
                    member.write(text)
                    yield sink.take()
            files[page.file] = {"rows": len(page.rows) + page.more, "sha256": digest.hexdigest()}
            pages.append(page)
        for version in versions_about(actor, subjects):
            name = f"files/{version.document_id}/{version.number}-{version.file_name}"
            digest = hashlib.sha256()
            with archive.open(name, "w", force_zip64=True) as member:
                for chunk in chunks_of(version):
                    digest.update(chunk)
                    member.write(chunk)
                    yield sink.take()
            files[name] = {"rows": 1, "sha256": digest.hexdigest()}
        archive.writestr("index.html", _readable(actor, request, pages))
        archive.writestr("style.css", _style())
        archive.writestr("manifest.json", _dumps(_manifest(actor, request, files), indent=1))
    yield sink.take()


def _json(section: Section, first: Values, page: Page) -> Iterator[bytes]:
    head = _dumps({"model": section.name, "title": section.title, "fields": section.labels})
    yield f'{head[:-1]},"rows":[\n'.encode()
    page.add(section, first)
    yield _dumps(first).encode()
    for row in section.rows:
        page.add(section, row)
        yield b",\n" + _dumps(row).encode()
    yield b"\n]}\n"


def _dumps(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, indent=indent)


def _manifest(actor: Actor, request: SubjectRequest, files: dict[str, Any]) -> dict[str, Any]:
    return {
        "request": str(request.pk),
        "received_at": iso(request.received_at),
        "exported_at": iso(timezone.now()),
        "exported_by": actor.label,
        "reach": actor.reach("privacy:export").name.lower(),
        "files": files,
    }


def _readable(actor: Actor, request: SubjectRequest, pages: list[Page]) -> str:
    context = {"request_made": request, "pages": pages, "at": timezone.now(), "by": actor.label}
    return render_to_string("privacy/export.html", context)


def _style() -> str:
    return Path(settings.BASE_DIR, "static", STYLE).read_text()
