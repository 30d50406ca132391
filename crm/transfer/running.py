"""Drives an import in chunks: rows, their report and the new position are one transaction, so a kill loses nothing."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor, Origin
from crm.core.bulk import insert_many
from crm.core.collecting import without_collecting
from crm.core.custom_fields.definitions import remembered
from crm.core.errors import Forbidden
from crm.core.table_statistics import Growth
from crm.transfer.arrivals import FileFormat
from crm.transfer.batches import Table, read_rows, write_rows
from crm.transfer.columns import Context
from crm.transfer.csv_rows import RawRow, RowReader
from crm.transfer.drafts import Draft, each_record
from crm.transfer.errors import FileGone
from crm.transfer.file_shape import FileShape, shape_of
from crm.transfer.importers import Importer, importer_for
from crm.transfer.journal import Journal
from crm.transfer.leasing import LEASE, leased
from crm.transfer.models import ImportRow, ImportRun, ImportState
from crm.transfer.ordering import AS_IN_FILE, Order, Place, order_of
from crm.transfer.presets import choices_of, has_serial_dates

CHUNK = 2000
LONGEST_CELL = 5_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows as they were read, and where those after them begin."""

    drafts: list[Draft]
    position: str
    line: int
    is_last: bool


class Ahead:
    """Reads the rows after those in hand while the database takes these in; a chunk that nobody takes is forgotten."""

    def __init__(self, run: ImportRun, reader: RowReader, context: Context) -> None:
        self.importer, self.table = importer_for(run.resource), Table(run.headers, run.mapping)
        self.reader, self.context, self.round = reader, context, run.round
        self.asks = any(self.importer.column(name).asks for name in run.mapping if name)
        self.chunk: Chunk | None = None

    def read(self) -> None:
        if self.chunk is None:
            rows = rows_of_round(self.reader, CHUNK, self.round, self.context.order)
            drafts = read_rows(self.importer, rows, self.table, self.context)
            self.chunk = Chunk(drafts, self.reader.position, self.reader.line, len(rows) < CHUNK)

    def take(self) -> Chunk:
        self.read()
        chunk, self.chunk = self.chunk, None
        assert chunk is not None
        return chunk


def import_step(actor: Actor, run: ImportRun, seconds: float = 2.0) -> ImportRun:
    """Imports chunks for about so long. Raises Busy while another step holds the lease, Forbidden, WrongState."""
    if run.owner_id != actor.id:
        raise Forbidden("Only the person who started this import can run it.")
    with leased(run, ImportState.RUNNING) as lease:
        _run_chunks(actor, run, lease, time.monotonic() + seconds)
    run.refresh_from_db()
    return run


def _run_chunks(actor: Actor, run: ImportRun, lease: UUID, until: float) -> None:
    context = context_of(run, actor)
    growth = [Growth(kind.model) for kind in importer_for(run.resource).kinds]
    while run.state == ImportState.RUNNING:
        with reader_of(run) as reader:
            ahead = Ahead(run, reader, context)
            while not _import_chunk(run, lease, ahead, context):
                for table in growth:
                    table.add(CHUNK)
                if time.monotonic() >= until:
                    return
        run.refresh_from_db()


def context_of(run: ImportRun, actor: Actor) -> Context:
    """With the order in which the rows come in. Raises Forbidden where the actor may not write what the file holds."""
    ensure_writable(actor, run)
    context = reading_of(run, actor)
    context.order = order_in(run, importer_for(run.resource), context)
    return context


def ensure_writable(actor: Actor, run: ImportRun) -> None:
    """Raises Forbidden where the actor may not write one of the kinds that the matched columns hold."""
    if reason := importer_for(run.resource).refusal(actor, run.mapping):
        raise Forbidden(f"Not allowed: {reason}.")


def reading_of(run: ImportRun, actor: Actor) -> Context:
    """What it takes to read rows. Raises Forbidden where the actor may write nothing of what the file may hold."""
    importer = importer_for(run.resource)
    if reason := importer.refusal(actor):
        raise Forbidden(f"Not allowed: {reason}.")
    importing = replace(
        actor.through("import"), origin=Origin(actor.origin.address, actor.origin.agent, run.trace_of_run)
    )
    people = people_of(run.team)
    return Context(
        actor=importing,
        team=run.team,
        mode=run.mode,
        now=timezone.now(),
        region=run.options.get("region") or run.team.country,
        date_order=run.options.get("date_order", ""),
        serial_dates=run.format == FileFormat.XLSX or has_serial_dates(run.source),
        match_on=run.options.get("match_on", ""),
        creates_links=run.options.get("create_links", True),
        choices=choices_of(run.source, run.resource),
        words=run.options.get("words", {}),
        people=[(email, name or email) for _pk, email, name in people],
        owners=_owners(people),
        may_assign=importer.may_assign(actor),
    )


def order_in(run: ImportRun, importer: Importer, context: Context) -> Order:
    """As in the file, unless rows may stand on others; then it is found out anew each time, as the file stays."""
    if not set(importer.above) & set(run.mapping):
        return AS_IN_FILE
    named = (key for place in _places(run, importer, importer.above, context) for key in place.above)
    places = _places(run, importer, (*importer.above, *importer.naming), context)
    return order_of(named, places, importer.levels, first_counts=not context.updates)


def _places(run: ImportRun, importer: Importer, columns: Sequence[str], context: Context) -> Iterator[Place]:
    plan = [step for step in importer.plan(run.headers, run.mapping, context) if step[1].name in columns]
    with reader_of(run, beginning(run)) as reader:
        for row in reader:
            draft = Draft(row)
            if not row.fault and len(row.cells) == len(run.headers):
                importer.read(draft, plan, context)
                if draft.is_open:
                    yield importer.place(draft)


def people_of(team: Any) -> list[tuple[UUID, str, str]]:
    """(id, e-mail address, full name) of who is active in the team."""
    people = get_user_model()._default_manager.filter(is_active=True, memberships__team=team)
    return list(people.values_list("pk", "email", "full_name").order_by("full_name", "email"))


def _owners(people: Sequence[tuple[UUID, str, str]]) -> dict[str, UUID | None]:
    """E-mail address or full name, folded → id; None where two people share a name."""
    found: dict[str, UUID | None] = {}
    for pk, email, name in people:
        if name:
            key = name.casefold()
            found[key] = None if key in found else pk
        found[email.casefold()] = pk
    return found


def opened(run: ImportRun) -> File:
    """The file, to read bytes from. Raises FileGone: an erasure takes files along that name the person."""
    if not run.file:
        raise FileGone()
    return run.file.open("rb")


def beginning(run: ImportRun, shape: FileShape | None = None) -> tuple[str, int]:
    """Position and line of the first row after the header."""
    if shape is None:
        with opened(run) as file:
            shape = shape_of(file, run.encoding, run.delimiter, run.is_by_record)
    # The first card is card 1; its headings are ours.
    return shape.position, 0 if run.format == FileFormat.VCARD else shape.line


@contextmanager
def reader_of(run: ImportRun, place: tuple[str, int] | None = None) -> Iterator[RowReader]:
    """Reads on from there, or from where the run stands. Raises FileGone."""
    position, line = place or (run.position, run.line)
    with opened(run) as file:
        reader = RowReader(file, run.encoding, run.delimiter, position, line, run.is_by_record, unguarded=True)
        try:
            yield reader
        finally:
            reader.release()


@without_collecting()
@transaction.atomic
def _import_chunk(run: ImportRun, lease: UUID, ahead: Ahead, context: Context) -> bool:
    """True when the file is at its end. Raises Busy when the lease went to somebody else meanwhile."""
    current = run.take_over(lease)
    with remembered():
        chunk = ahead.take()
        context.meanwhile = None if chunk.is_last or ahead.asks else ahead.read
        write_rows(ahead.importer, chunk.drafts, context)
    report(run, chunk.drafts)
    context.journal.save(run)
    context.journal = Journal()
    values = {**tallied(current, chunk.drafts), **_next_place(current, chunk, context)}
    ImportRun.objects.filter(pk=run.pk).update(**values)
    if values.get("finished_at"):
        told = [*COUNTERS.values(), *(["kind_counts"] if values["kind_counts"] else [])]
        record(context.actor, "imports.finished", run, {name: (None, values[name]) for name in told})
    return chunk.is_last


def rows_of_round(reader: RowReader, size: int, number: int, order: Order) -> list[RawRow]:
    """Fewer than `size` only at the end of the file."""
    return reader.chunk(size, None if order.rounds == 1 else lambda line: order.round_of(line) == number)


def _next_place(run: ImportRun, chunk: Chunk, context: Context) -> dict[str, Any]:
    """Where the next chunk begins: after this one, or with the next round, or nowhere."""
    following = {"attempts": 0, "rounds": context.order.rounds, "leased_until": timezone.now() + LEASE}
    if not chunk.is_last:
        return following | {"position": chunk.position, "line": chunk.line}
    if run.round + 1 < context.order.rounds:
        position, line = beginning(run)
        return following | {"position": position, "line": line, "round": run.round + 1}
    return following | {"position": chunk.position, "line": chunk.line, **_finished(context.now)}


COUNTERS = {
    "created": "created_count",
    "updated": "updated_count",
    "unchanged": "unchanged_count",
    "skipped": "skipped_count",
    "failed": "failed_count",
}


def tallied(run: ImportRun, drafts: list[Draft]) -> dict[str, Any]:
    """The counters of a run after these rows."""
    statuses: Counter[str] = Counter(draft.status for draft in drafts)
    counts = {name: getattr(run, name) + statuses[status] for status, name in COUNTERS.items()}
    noted = sum(1 for draft in drafts if draft.is_noted)
    linked = sum(draft.linked for draft in drafts)
    counts |= {"noted_count": run.noted_count + noted, "linked_count": run.linked_count + linked}
    return {**counts, "kind_counts": counted(run.kind_counts, drafts)}


def counted(before: Mapping[str, Mapping[str, int]], drafts: Sequence[Draft]) -> dict[str, dict[str, int]]:
    """{kind: {status: records}} of rows that hold several."""
    found = {kind: Counter(counts) for kind, counts in before.items()}
    for kind, draft in each_record(drafts):
        if kind:
            found.setdefault(kind, Counter())[draft.status] += 1
    return {kind: dict(counts) for kind, counts in found.items()}


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
