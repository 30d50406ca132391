"""Every mutation of an import: import_<action>(actor, …)."""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked
from crm.core.errors import Forbidden, Invalid, invalid_field
from crm.transfer.csv_rows import RowReader
from crm.transfer.encodings import OFFERED
from crm.transfer.errors import FileRefused, WrongState
from crm.transfer.file_shape import DELIMITERS, FileShape, header_digest, shape_of
from crm.transfer.importers import importer_for, importers
from crm.transfer.models import ImportMode, ImportRun, ImportState
from crm.transfer.presets import SOURCES, recognise, suggest_mapping
from crm.transfer.reading_values import is_ambiguous_date, order_shown_by
from crm.transfer.rehearsal import rehearse
from crm.transfer.running import import_step, storable

__all__ = ["import_create", "import_delete", "import_map", "import_rehearse", "import_start", "import_step"]

BEFORE_START = (ImportState.UPLOADED, ImportState.MAPPED, ImportState.PREVIEWED)
SAMPLED_ROWS = 1_000


def import_create(
    actor: Actor,
    file: File,
    *,
    name: str = "",
    team: Any = None,
    resource: str = "",
    source: str = "",
    encoding: str = "",
    delimiter: str = "",
    mode: str = ImportMode.CREATE,
) -> ImportRun:
    """Stores the file and says what it seems to be. Raises FileRefused, Forbidden, Invalid."""
    shape = shape_of(file, _known_encoding(encoding), _known_delimiter(delimiter))
    source, resource = recognise(shape.headers, _known_source(source), resource)
    ensure_importable(actor, resource)
    run = ImportRun(
        team_id=_team_id(actor, team),
        owner_id=actor.id,
        resource=resource,
        source=source,
        mode=mode,
        file_name=_shown_name(name or file.name or ""),
        file_size=file.size or 0,
        sha256=_digest(file),
    )
    ensure_may(actor, "imports:write", run)
    _take_shape(run, shape)
    run.mapping = _remembered(actor, run) or suggest_mapping(run.headers, source, importer_for(resource))
    file.seek(0)
    run.file.save("upload.csv", file, save=False)
    run.options = {"date_order": date_order_of(run, sample_of(run))}
    with transaction.atomic():
        run.save(force_insert=True)
        record(actor, "imports.created", run, {"file": (None, run.file_name), "sha256": (None, run.sha256)})
    return run


def _team_id(actor: Actor, team: Any) -> UUID:
    team_id: UUID | None = team.pk if team else actor.home_team_id
    if team_id is None:
        raise invalid_field("team", "Name the team this belongs to.", "required")
    return team_id


def ensure_importable(actor: Actor, resource: str) -> None:
    """Raises Invalid for what cannot be imported, Forbidden for what the actor may not write."""
    if resource not in importers():
        raise invalid_field("resource", f"Choose one of: {', '.join(importers())}.", "invalid_choice")
    verdict = actor.may(f"{resource}:write")
    if not verdict:
        raise Forbidden(f"Not allowed: {verdict.reason}.")  # type: ignore[union-attr]


@transaction.atomic
def import_map(
    actor: Actor,
    pk: UUID | str,
    *,
    mapping: Sequence[str] | None = None,
    mode: str = "",
    options: Mapping[str, Any] | None = None,
    encoding: str = "",
    delimiter: str = "",
    resource: str = "",
    source: str = "",
) -> ImportRun:
    """Another encoding, delimiter or kind of record reads the header again and suggests a mapping anew."""
    run = _before_start(actor, pk)
    reshaped = (encoding or run.encoding, delimiter or run.delimiter) != (run.encoding, run.delimiter)
    if reshaped or encoding:
        with run.file.open("rb") as file:
            shape = shape_of(file, _known_encoding(encoding or run.encoding), _known_delimiter(delimiter))
        _take_shape(run, shape)
    retargeted = (resource or run.resource, source or run.source) != (run.resource, run.source)
    if retargeted:
        ensure_importable(actor, resource or run.resource)
        run.resource, run.source = resource or run.resource, _known_source(source) or run.source
    run.mode = mode or run.mode
    run.options = {**run.options, **(options or {})}
    if reshaped or retargeted:
        run.mapping = suggest_mapping(run.headers, run.source, importer_for(run.resource))
    elif mapping is not None:
        run.mapping = checked_mapping(run, mapping)
    run.state, run.rehearsal = ImportState.MAPPED, {}
    _save(run)
    return run


def import_rehearse(actor: Actor, pk: UUID | str) -> ImportRun:
    """Tries the import without keeping anything, and remembers what would happen."""
    run = ImportRun.objects.for_actor(actor, "write").get(pk=pk)
    refuse_unsettled(run)
    forecast = rehearse(actor, run)
    with transaction.atomic():
        run = _before_start(actor, pk)
        run.state, run.rehearsal = ImportState.PREVIEWED, forecast.as_json()
        _save(run)
    return run


@transaction.atomic
def import_start(actor: Actor, pk: UUID | str) -> ImportRun:
    """From here on `import_step` moves it. Raises Invalid while something is left to choose."""
    run = _before_start(actor, pk)
    ensure_importable(actor, run.resource)
    refuse_unsettled(run)
    run.state, run.started_at = ImportState.RUNNING, timezone.now()
    _save(run)
    record(actor, "imports.started", run, {"mode": (None, run.mode), "resource": (None, run.resource)})
    return run


@transaction.atomic
def import_delete(actor: Actor, pk: UUID | str) -> None:
    """Removes the file and the report; records that were imported stay."""
    run = fetch_locked(ImportRun, actor, "write", pk)
    if run.state == ImportState.RUNNING and run.lease is not None:
        raise WrongState()
    record(actor, "imports.deleted", run)
    storage, name = run.file.storage, run.file.name
    run.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def checked_mapping(run: ImportRun, mapping: Sequence[str]) -> list[str]:
    """Raises Invalid for another number of columns, an unknown field, or a field used twice."""
    importer = importer_for(run.resource)
    if len(mapping) != len(run.headers):
        raise invalid_field("mapping", f"The file has {len(run.headers)} columns.", "wrong_length")
    chosen = [name for name in mapping if name]
    for name in chosen:
        if not importer.has(name):
            raise invalid_field("mapping", f"There is no field {name}.", "invalid_choice")
        if chosen.count(name) > 1:
            label = importer.column(name).label
            raise invalid_field("mapping", f"Two columns go to {label}. Leave one of them out.", "repeated")
    if not chosen:
        raise invalid_field("mapping", "Choose a field for at least one column.", "required")
    return list(mapping)


def sample_of(run: ImportRun, rows: int = SAMPLED_ROWS) -> list[list[str]]:
    """The first rows that can be read and have as many cells as the header."""
    with run.file.open("rb") as file:
        reader = RowReader(file, run.encoding, run.delimiter, run.position, run.line)
        found = [row.cells for row in islice(reader, rows) if not row.fault and len(row.cells) == len(run.headers)]
        reader.release()
    return found


def date_columns(run: ImportRun) -> list[int]:
    importer = importer_for(run.resource)
    return [index for index, name in enumerate(run.mapping) if name and importer.column(name).kind == "date"]


def has_ambiguous_dates(run: ImportRun, sample: Sequence[Sequence[str]]) -> bool:
    return any(is_ambiguous_date(row[index]) for row in sample for index in date_columns(run))


def date_order_of(run: ImportRun, sample: Sequence[Sequence[str]]) -> str:
    """What the dates in the sample show by themselves; "" where none does, or where they disagree."""
    shown = {order_shown_by(row[index]) for row in sample for index in date_columns(run)} - {""}
    return shown.pop() if len(shown) == 1 else ""


def unsettled(run: ImportRun) -> list[str]:
    """What a person still has to choose: `encoding`, `date_order`."""
    missing = [] if run.encoding_certain else ["encoding"]
    if not run.options.get("date_order") and has_ambiguous_dates(run, sample_of(run)):
        missing.append("date_order")
    return missing


def refuse_unsettled(run: ImportRun) -> None:
    messages = {
        "encoding": "Confirm which encoding the file has; it could be several.",
        "date_order": "Choose how dates such as 03/04/2024 are to be read.",
    }
    if missing := unsettled(run):
        raise Invalid(
            " ".join(messages[name] for name in missing),
            details=[{"field": name, "code": "required", "message": messages[name]} for name in missing],
        )


def _before_start(actor: Actor, pk: UUID | str) -> ImportRun:
    run = fetch_locked(ImportRun, actor, "write", pk)
    if run.owner_id != actor.id:
        raise Forbidden("Only the person who uploaded this file can import it.")
    if run.state not in BEFORE_START:
        raise WrongState()
    return run


def _save(run: ImportRun) -> None:
    run.version += 1
    run.updated_at = timezone.now()
    run.save()


def _take_shape(run: ImportRun, shape: FileShape) -> None:
    run.encoding, run.encoding_certain = shape.encoding.name, shape.encoding.certain
    run.delimiter, run.headers = shape.delimiter, [storable(header[:200]) for header in shape.headers]
    run.header_digest = header_digest(run.headers)
    run.position, run.line = shape.position, shape.line


def _remembered(actor: Actor, run: ImportRun) -> list[str]:
    """How this person mapped a file with the same columns before."""
    earlier = ImportRun.objects.filter(
        owner_id=actor.id, team_id=run.team_id, header_digest=run.header_digest, resource=run.resource
    ).filter(state=ImportState.FINISHED)
    last = earlier.order_by("-created_at").first()
    return last.mapping if last else []


def _digest(file: File) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    for block in file.chunks():
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()


def _shown_name(name: str) -> str:
    return storable(PurePath(name.replace("\\", "/")).name)[:255] or "import.csv"


def _known_source(name: str) -> str:
    if name and name not in SOURCES:
        raise invalid_field("source", f"Choose one of: {', '.join(SOURCES)}.", "invalid_choice")
    return name


def _known_encoding(name: str) -> str:
    if name and name not in dict(OFFERED):
        raise FileRefused(f"Choose one of: {', '.join(dict(OFFERED))}.", "unknown_encoding")
    return name


def _known_delimiter(delimiter: str) -> str:
    if delimiter and delimiter not in DELIMITERS:
        raise invalid_field("delimiter", "A comma, semicolon, tab or vertical bar.", "invalid_choice")
    return delimiter
