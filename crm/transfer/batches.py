"""From rows to records, a batch at a time: one bad row never takes others along, and no row is half written."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import DatabaseError, OperationalError, transaction

from crm.core.errors import CrmError
from crm.transfer.columns import Context
from crm.transfer.csv_rows import RawRow
from crm.transfer.drafts import Draft
from crm.transfer.importers import Importer
from crm.transfer.matching import find_existing, set_repeats_apart

BYTES_NOT_TEXT = "This row has bytes that are not text in the chosen encoding."


def import_rows(
    importer: Importer, rows: Sequence[RawRow], mapping: Sequence[str], context: Context, width: int
) -> list[Draft]:
    """Writes what can be written, in the caller's transaction; answers one settled draft per row, in order."""
    drafts = [draft for row in rows if (draft := _opened(row, width)) is not None]
    for draft in drafts:
        if draft.is_open:
            importer.read(draft, mapping, context)
    _write(importer, [draft for draft in drafts if draft.is_open], context)
    return drafts


def _opened(row: RawRow, width: int) -> Draft | None:
    """None for a blank row."""
    draft = Draft(row)
    if row.fault:
        draft.fail(row.fault.message, row.fault.code)
    elif not any(cell.strip() for cell in row.cells):
        return None
    elif len(row.cells) != width:
        draft.fail(f"The row has {len(row.cells)} cells, the header {width}.", "wrong_cell_count")
    elif any("\udc80" <= char <= "\udcff" for cell in row.cells if not cell.isascii() for char in cell):
        draft.fail(BYTES_NOT_TEXT, "wrong_encoding")
    return draft


def _write(importer: Importer, drafts: Sequence[Draft], context: Context) -> None:
    """All at once; where the database refuses, in halves, down to the row that is to blame."""
    if not drafts:
        return
    noted = [len(draft.reasons) for draft in drafts]
    try:
        with transaction.atomic():
            _write_batch(importer, drafts, context)
    except OperationalError:
        raise
    except (DatabaseError, CrmError, ValidationError, ValueError) as error:
        for draft, count in zip(drafts, noted, strict=True):
            draft.status, draft.record, draft.linked = "", None, 0
            del draft.reasons[count:]
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
