"""From rows to records, a batch at a time: one bad row never takes others along, and no row is half written."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import DatabaseError, OperationalError, transaction

from crm.core.custom_fields.definitions import remembered
from crm.core.errors import CrmError
from crm.transfer.columns import Context
from crm.transfer.csv_rows import RawRow
from crm.transfer.drafts import Draft
from crm.transfer.importers import Importer
from crm.transfer.matching import find_existing, set_repeats_apart
from crm.transfer.rows_of_sheets import write_sheet
from crm.transfer.sheets import SheetImporter

Look = Callable[[Sequence[Draft]], None]

_looks: list[Look] = []

# What `surrogateescape` makes of a byte that its encoding does not know.
NOT_DECODED = re.compile("[\udc80-\udcff]")
BYTES_NOT_TEXT = "This row has bytes that are not text in the chosen encoding."


@dataclass(frozen=True, slots=True)
class Table:
    """What is above the rows: the file's headings, and our field for each."""

    headers: Sequence[str]
    mapping: Sequence[str]


def import_rows(importer: Importer, rows: Sequence[RawRow], table: Table, context: Context) -> list[Draft]:
    """Writes what can be written, in the caller's transaction; answers one settled draft per row, in order."""
    with remembered():
        return write_rows(importer, read_rows(importer, rows, table, context), context)


def read_rows(importer: Importer, rows: Sequence[RawRow], table: Table, context: Context) -> list[Draft]:
    """One draft per row that is not blank; once definitions are remembered, without the database unless a column
    `asks` it."""
    drafts = [draft for row in rows if (draft := _opened(row, len(table.headers))) is not None]
    plan = importer.plan(table.headers, table.mapping, context)
    for draft in drafts:
        if draft.is_open:
            importer.read(draft, plan, context)
    return drafts


def write_rows(importer: Importer, drafts: list[Draft], context: Context) -> list[Draft]:
    still_open = [draft for draft in drafts if draft.is_open]
    read = [part for draft in still_open for part in draft.parts.values()] or still_open
    for look in _looks:
        look(read)
    _write(importer, still_open, context)
    return drafts


def register_look(look: Look) -> None:
    """`look(drafts)` may note something on rows before they are written; called by crm.wiring only."""
    _looks.append(look)


def _opened(row: RawRow, width: int) -> Draft | None:
    """None for a blank row."""
    draft, text = Draft(row), "".join(row.cells)
    if row.fault:
        draft.fail(row.fault.message, row.fault.code)
    elif not text or text.isspace():
        return None
    elif len(row.cells) != width:
        draft.fail(f"The row has {len(row.cells)} cells, the header {width}.", "wrong_cell_count")
    elif not text.isascii() and NOT_DECODED.search(text):
        draft.fail(BYTES_NOT_TEXT, "wrong_encoding")
    return draft


def _write(importer: Importer, drafts: Sequence[Draft], context: Context) -> None:
    """All at once; where the database refuses, in halves, down to the row that is to blame."""
    if not drafts:
        return
    read, mark = [draft.again() for draft in drafts], context.journal.mark()
    try:
        with transaction.atomic():
            if isinstance(importer, SheetImporter):
                write_sheet(importer, drafts, context)
            else:
                _write_batch(importer, drafts, context)
    except OperationalError:
        raise
    except (DatabaseError, CrmError, ValidationError, ValueError) as error:
        context.journal.rewind(mark)
        for draft, before in zip(drafts, read, strict=True):
            draft.go_back_to(before)
        if len(drafts) == 1:
            return _blame(drafts[0], error)
        half = len(drafts) // 2
        _write(importer, drafts[:half], context)
        _write(importer, drafts[half:], context)


def _write_batch(importer: Importer, drafts: Sequence[Draft], context: Context) -> None:
    importer.prepare(drafts, context)
    find_existing(importer, drafts, context)
    repeats = set_repeats_apart(importer, drafts, context)
    put_off = set(map(id, repeats))
    present = [draft for draft in drafts if draft.is_open and id(draft) not in put_off]
    new = [draft for draft in present if draft.record is None]
    for draft in new:
        importer.build(draft, context)
    importer.link([draft for draft in present if draft.is_open], context)
    importer.create([draft for draft in new if draft.is_open], context)
    for draft in present:
        if draft.is_open:
            importer.update(draft, context)
    if repeats:
        for draft in repeats:
            draft.record = None
        _write_batch(importer, repeats, context)


def _blame(draft: Draft, error: Exception) -> None:
    if isinstance(error, CrmError | ValidationError):
        return draft.refuse(error)
    draft.fail("The database refused this row: a value must be unique or does not fit.", "refused_by_database")
    return None
