"""Drives an import in chunks: rows, their report and the new position are one transaction, so a kill loses nothing."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor, Origin
from crm.core.bulk import insert_many
from crm.core.errors import Forbidden
from crm.core.ids import uuid7
from crm.transfer.batches import import_rows
from crm.transfer.columns import Context
from crm.transfer.csv_rows import RowReader
from crm.transfer.drafts import Draft
from crm.transfer.errors import Busy, WrongState
from crm.transfer.importers import importer_for
from crm.transfer.models import ImportRow, ImportRun, ImportState
from crm.transfer.presets import choices_of, has_serial_dates

CHUNK = 1000
LEASE = timedelta(seconds=60)
LONGEST_CELL = 5_000


def import_step(actor: Actor, run: ImportRun, seconds: float = 2.0) -> ImportRun:
    """Imports chunks for about so long. Raises Busy while another step holds the lease, Forbidden, WrongState."""
    lease = _take_lease(actor, run)
    try:
        _run_chunks(actor, run, lease, time.monotonic() + seconds)
    finally:
        ImportRun.objects.filter(pk=run.pk, lease=lease).update(lease=None, leased_until=None)
    run.refresh_from_db()
    return run


def _run_chunks(actor: Actor, run: ImportRun, lease: UUID, until: float) -> None:
    context = context_of(run, actor)
    with reader_of(run) as reader:
        while True:
            if _import_chunk(run, lease, reader, context) or time.monotonic() >= until:
                return


def context_of(run: ImportRun, actor: Actor) -> Context:
    """Raises Forbidden where the actor may not write what the file holds."""
    verdict = actor.may(f"{run.resource}:write")
    if not verdict:
        raise Forbidden(f"Not allowed: {verdict.reason}.")  # type: ignore[union-attr]
    importing = replace(
        actor.through("import"), origin=Origin(actor.origin.address, actor.origin.agent, run.trace_of_run)
    )
    return Context(
        actor=importing,
        team=run.team,
        mode=run.mode,
        now=timezone.now(),
        region=run.options.get("region") or run.team.country,
        date_order=run.options.get("date_order", ""),
        serial_dates=has_serial_dates(run.source),
        creates_links=run.options.get("create_links", True),
        choices=choices_of(run.source, run.resource),
        owners=_owners(run),
        may_assign=bool(actor.may(f"{run.resource}:assign")),
    )


def _owners(run: ImportRun) -> dict[str, UUID | None]:
    """E-mail address or full name, folded → id; None where two people share a name."""
    people = get_user_model()._default_manager.filter(is_active=True, memberships__team=run.team)
    found: dict[str, UUID | None] = {}
    for pk, email, name in people.values_list("pk", "email", "full_name"):
        if name:
            key = name.casefold()
            found[key] = None if key in found else pk
        found[email.casefold()] = pk
    return found


@contextmanager
def reader_of(run: ImportRun) -> Iterator[RowReader]:
    """Reads on from where the run stands."""
    with run.file.open("rb") as file:
        reader = RowReader(file, run.encoding, run.delimiter, run.position, run.line)
        try:
            yield reader
        finally:
            reader.release()


def _take_lease(actor: Actor, run: ImportRun) -> UUID:
    now, lease = timezone.now(), uuid7()
    with transaction.atomic():
        current = ImportRun.objects.select_for_update().get(pk=run.pk)
        if current.owner_id != actor.id:
            raise Forbidden("Only the person who started this import can run it.")
        if current.state != ImportState.RUNNING:
            raise WrongState()
        if current.leased_until and current.leased_until > now:
            raise Busy()
        ImportRun.objects.filter(pk=run.pk).update(lease=lease, leased_until=now + LEASE)
    run.refresh_from_db()
    return lease


@transaction.atomic
def _import_chunk(run: ImportRun, lease: UUID, reader: RowReader, context: Context) -> bool:
    """True when the file is at its end. Raises Busy when the lease went to somebody else meanwhile."""
    current = ImportRun.objects.select_for_update().get(pk=run.pk)
    if current.lease != lease:
        raise Busy()
    rows = reader.chunk(CHUNK)
    drafts = import_rows(importer_for(run.resource), rows, run.mapping, context, len(run.headers))
    report(run, drafts)
    values = {**tallied(current, drafts), "position": reader.position, "line": reader.line}
    is_done = len(rows) < CHUNK
    values |= _finished(context.now) if is_done else {"leased_until": timezone.now() + LEASE}
    ImportRun.objects.filter(pk=run.pk).update(**values)
    if is_done:
        record(context.actor, "imports.finished", run, {name: (None, values[name]) for name in COUNTERS.values()})
    return is_done


COUNTERS = {
    "created": "created_count",
    "updated": "updated_count",
    "unchanged": "unchanged_count",
    "skipped": "skipped_count",
    "failed": "failed_count",
}


def tallied(run: ImportRun, drafts: list[Draft]) -> dict[str, int]:
    """The counters of a run after these rows."""
    statuses: Counter[str] = Counter(draft.status for draft in drafts)
    counts = {name: getattr(run, name) + statuses[status] for status, name in COUNTERS.items()}
    noted = sum(1 for draft in drafts if draft.is_noted)
    linked = sum(draft.linked for draft in drafts)
    return counts | {"noted_count": run.noted_count + noted, "linked_count": run.linked_count + linked}


def report(run: ImportRun, drafts: list[Draft]) -> None:
    told = [draft for draft in drafts if draft.reasons or draft.status in ("updated", "unchanged")]
    insert_many(ImportRow, [row_of(run, draft) for draft in told])


def row_of(run: ImportRun, draft: Draft) -> ImportRow:
    """The report of one row, without what JSON cannot hold."""
    stored = draft.record is not None and draft.status != "failed"
    return ImportRow(
        run=run,
        line=draft.raw.line,
        status=draft.status,
        record_id=draft.record.pk if stored else None,
        label=str(draft.record)[:255] if stored else "",
        reasons=draft.reasons,
        cells=[storable(cell[:LONGEST_CELL]) for cell in draft.raw.cells],
    )


def storable(text: str) -> str:
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode()


def _finished(now: datetime) -> dict[str, object]:
    return {"state": ImportState.FINISHED, "finished_at": timezone.now(), "lease": None, "leased_until": None}
