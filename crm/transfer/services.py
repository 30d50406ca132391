"""Every mutation of an import: import_<action>(actor, …)."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked
from crm.core.errors import Forbidden, invalid_field
from crm.transfer.arrivals import Arrival, FileFormat, arrived
from crm.transfer.driving import IMPORTS
from crm.transfer.encodings import OFFERED
from crm.transfer.errors import FileRefused, WrongState
from crm.transfer.file_shape import DELIMITERS, FileShape, header_digest, shape_of
from crm.transfer.importers import importer_for, importers
from crm.transfer.models import ImportMode, ImportRun, ImportState
from crm.transfer.presets import SOURCES, VCARD, recognise, suggest_mapping
from crm.transfer.rehearsal import rehearse
from crm.transfer.rights import rights_of
from crm.transfer.running import beginning, import_step, opened, reading_of, storable
from crm.transfer.settling import date_order_of, refuse_unsettled, sample_of
from crm.transfer.words import checked_words, still_offered

__all__ = [
    "import_cancel",
    "import_create",
    "import_delete",
    "import_map",
    "import_rehearse",
    "import_resume",
    "import_start",
    "import_step",
    "import_undo",
]

BEFORE_START = (ImportState.UPLOADED, ImportState.MAPPED, ImportState.PREVIEWED)


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
    run = ImportRun(
        team_id=_team_id(actor, team),
        owner_id=actor.id,
        mode=mode,
        file_name=_shown_name(name or file.name or ""),
        sha256=_digest(file),
    )
    ensure_may(actor, "imports:write", run)
    with arrived(file, _known_encoding(encoding)) as arrival:
        run.format, run.warnings, run.file_size = arrival.format, arrival.warnings, arrival.file.size or 0
        _recognise(actor, run, arrival, (encoding, _known_delimiter(delimiter)), (_known_source(source), resource))
        arrival.file.seek(0)
        run.file.save("upload.csv", arrival.file, save=False)
    with _gone_if_refused(run), transaction.atomic():
        run.options = {"date_order": date_order_of(run, sample_of(run)), "words": run.options.get("words", {})}
        run.save(force_insert=True)
        record(actor, "imports.created", run, {"file": (None, run.file_name), "sha256": (None, run.sha256)})
    return run


def _recognise(actor: Actor, run: ImportRun, arrival: Arrival, chosen: tuple[str, str], named: tuple[str, str]) -> None:
    """`chosen` are encoding and delimiter, `named` source and resource, where a person said so."""
    encoding, delimiter = ("utf-8", ",") if arrival.is_converted else chosen
    shape = shape_of(arrival.file, encoding, delimiter, run.is_by_record)
    source, resource = named
    if arrival.format == FileFormat.VCARD:
        source, resource = source or VCARD, resource or "contacts"
    run.source, run.resource = recognise(shape.headers, source, resource)
    ensure_importable(actor, run.resource)
    _take_shape(run, shape)
    importer = importer_for(run.resource)
    if earlier := _remembered(actor, run):
        run.mapping = earlier.mapping
        run.options["words"] = still_offered(importer, earlier.options.get("words", {}), reading_of(run, actor))
    else:
        run.mapping = suggest_mapping(run.headers, run.source, importer)


@contextmanager
def _gone_if_refused(run: ImportRun) -> Iterator[None]:
    """No file stays behind for which there is no row."""
    try:
        yield
    except BaseException:
        run.file.storage.delete(str(run.file.name))
        raise


def _team_id(actor: Actor, team: Any) -> UUID:
    team_id: UUID | None = team.pk if team else actor.home_team_id
    if team_id is None:
        raise invalid_field("team", "Name the team this belongs to.", "required")
    return team_id


def ensure_importable(actor: Actor, resource: str, mapping: Sequence[str] = ()) -> None:
    """Raises Invalid for what cannot be imported, Forbidden for what the actor may not write."""
    if resource not in importers():
        raise invalid_field("resource", f"Choose one of: {', '.join(importers())}.", "invalid_choice")
    if reason := importer_for(resource).refusal(actor, mapping):
        raise Forbidden(f"Not allowed: {reason}.")


@transaction.atomic
def import_map(
    actor: Actor,
    pk: UUID | str,
    *,
    mapping: Sequence[str] | None = None,
    mode: str = "",
    options: Mapping[str, Any] | None = None,
    words: Mapping[str, Mapping[str, Any]] | None = None,
    encoding: str = "",
    delimiter: str = "",
    resource: str = "",
    source: str = "",
) -> ImportRun:
    """Another encoding, delimiter or kind of record reads the header again and suggests a mapping anew.

    `words`: {field: {a word of the file: what it becomes, "" for empty, None to keep such rows out}}. A field that is
    named, if only by {}, takes no other words than these and its own.
    """
    run = _before_start(actor, pk)
    reshaped = not run.is_by_record and _read_header_again(run, encoding, delimiter)
    retargeted = (resource or run.resource, source or run.source) != (run.resource, run.source)
    if retargeted:
        ensure_importable(actor, resource or run.resource)
        run.resource, run.source = resource or run.resource, _known_source(source) or run.source
    run.mode = mode or run.mode
    run.options = {**run.options, **(options or {})}
    if run.options.get("match_on", "") not in ("", *importer_for(run.resource).match_keys):
        run.options["match_on"] = ""
    if reshaped or retargeted:
        run.mapping = suggest_mapping(run.headers, run.source, importer_for(run.resource))
    elif mapping is not None:
        run.mapping = checked_mapping(run, mapping)
    _choose_words(actor, run, words or {})
    run.state, run.rehearsal = ImportState.MAPPED, {}
    _save(run)
    record(actor, "imports.mapped", run, {"mapping": (None, run.mapping), "mode": (None, run.mode)})
    return run


def _read_header_again(run: ImportRun, encoding: str, delimiter: str) -> bool:
    """Whether it reads otherwise now; an encoding that is named is settled thereby."""
    reshaped = (encoding or run.encoding, delimiter or run.delimiter) != (run.encoding, run.delimiter)
    if reshaped or encoding:
        with opened(run) as file:
            shape = shape_of(file, _known_encoding(encoding or run.encoding), _known_delimiter(delimiter))
        _take_shape(run, shape)
    return reshaped


def _choose_words(actor: Actor, run: ImportRun, words: Mapping[str, Mapping[str, Any]]) -> None:
    """Beside those chosen before, for columns that are still mapped. Raises Invalid."""
    chosen = dict(run.options.get("words", {}))
    if words:
        chosen |= checked_words(importer_for(run.resource), words, reading_of(run, actor))
    run.options["words"] = {name: chosen[name] for name in run.mapping if name in chosen}


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
def import_start(actor: Actor, pk: UUID | str, *, here: bool = False) -> ImportRun:
    """From here on it runs in the background; `here`: the caller steps it. Raises Invalid while something is open."""
    run = _before_start(actor, pk)
    ensure_importable(actor, run.resource, run.mapping)
    refuse_unsettled(run)
    run.state, run.started_at, run.rights = ImportState.RUNNING, timezone.now(), _rights_of(actor)
    _save(run)
    record(actor, "imports.started", run, {"mode": (None, run.mode), "resource": (None, run.resource)})
    if not here:
        IMPORTS.later(run)
    return run


@transaction.atomic
def import_cancel(actor: Actor, pk: UUID | str) -> ImportRun:
    """Stops it after the rows in hand; what came in stays. Raises NotFound, Forbidden, WrongState."""
    run = fetch_locked(ImportRun, actor, "write", pk)
    if run.state != ImportState.RUNNING:
        raise WrongState()
    run.state, run.lease, run.leased_until, run.finished_at = ImportState.CANCELLED, None, None, timezone.now()
    _save(run)
    record(actor, "imports.cancelled", run, {"rows": (None, run.row_count)})
    return run


@transaction.atomic
def import_resume(actor: Actor, pk: UUID | str) -> ImportRun:
    """Goes on where it was cancelled or stopped. Raises NotFound, Forbidden, WrongState."""
    run = fetch_locked(ImportRun, actor, "write", pk)
    if run.owner_id != actor.id:
        raise Forbidden("Only the person who uploaded this file can import it.")
    if not run.may_go_on:
        raise WrongState()
    ensure_importable(actor, run.resource, run.mapping)
    run.state, run.fault, run.attempts, run.finished_at = ImportState.RUNNING, "", 0, None
    run.rights = _rights_of(actor)
    _save(run)
    record(actor, "imports.resumed", run, {"rows": (None, run.row_count)})
    IMPORTS.later(run)
    return run


@transaction.atomic
def import_undo(actor: Actor, pk: UUID | str) -> ImportRun:
    """In the background: records it created go, what it changed comes back, what changed since is left and listed.

    For 30 days. Raises NotFound, Forbidden, WrongState.
    """
    run = fetch_locked(ImportRun, actor, "write", pk)
    if run.undone_until is None:
        raise WrongState()
    ensure_importable(actor, run.resource)
    run.state, run.rights, run.attempts, run.fault = ImportState.UNDOING, _rights_of(actor), 0, ""
    _save(run)
    record(
        actor, "imports.undo_started", run, {"created": (None, run.created_count), "updated": (None, run.updated_count)}
    )
    IMPORTS.later(run)
    return run


@transaction.atomic
def import_delete(actor: Actor, pk: UUID | str) -> None:
    """Removes the file, the report and the way back; imported records stay. Raises WrongState while it runs."""
    run = fetch_locked(ImportRun, actor, "write", pk)
    if run.state in ImportState.moving():
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
        if chosen.count(name) > 1 and not importer.column(name).is_repeatable:
            label = importer.column(name).label
            raise invalid_field("mapping", f"Two columns go to {label}. Leave one of them out.", "repeated")
    if not chosen:
        raise invalid_field("mapping", "Choose a field for at least one column.", "required")
    return list(mapping)


def _before_start(actor: Actor, pk: UUID | str) -> ImportRun:
    run = fetch_locked(ImportRun, actor, "write", pk)
    if run.owner_id != actor.id:
        raise Forbidden("Only the person who uploaded this file can import it.")
    if run.state not in BEFORE_START:
        raise WrongState()
    return run


def _rights_of(actor: Actor) -> dict[str, Any]:
    """With who ordered it: whoever undoes an import need not be its owner."""
    return {"person": str(actor.id), **rights_of(actor)}


def _save(run: ImportRun) -> None:
    run.version += 1
    run.updated_at = timezone.now()
    run.save()


def _take_shape(run: ImportRun, shape: FileShape) -> None:
    run.encoding, run.encoding_certain = shape.encoding.name, shape.encoding.certain
    run.delimiter, run.headers = shape.delimiter, [storable(header[:200]) for header in shape.headers]
    run.header_digest = header_digest(run.headers)
    run.position, run.line = beginning(run, shape)


def _remembered(actor: Actor, run: ImportRun) -> ImportRun | None:
    """How this person mapped a file with the same columns before."""
    earlier = ImportRun.objects.filter(
        owner_id=actor.id, team_id=run.team_id, header_digest=run.header_digest, resource=run.resource
    ).filter(state=ImportState.FINISHED)
    return earlier.order_by("-created_at").first()


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
