"""The rows that need another look, as a file that can be mended and imported again."""

import csv
from collections.abc import Iterator
from typing import Any

from crm.transfer.models import ImportRun, RowStatus

# Full-width signs as well: some spreadsheets read them like the plain ones.
FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
HARMLESS = set("+-0123456789 ().,")
ADDED = ("Line", "Result", "Reason")


class _Echo:
    def write(self, text: str) -> str:
        return text


def defused(cell: str) -> str:
    """A spreadsheet must not run what somebody wrote into a name; phone numbers and amounts stay as they are."""
    start = cell.lstrip()
    is_formula = start.startswith(FORMULA_STARTS) and not (start[0] in "+-" and set(start) <= HARMLESS)
    return f"'{cell}" if is_formula else cell


def error_rows(run: ImportRun) -> Iterator[str]:
    """CSV text line by line: the original cells, then line number, result and reasons."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([*map(defused, run.headers), *ADDED])
    rows = run.rows.filter(status__in=(RowStatus.FAILED, RowStatus.SKIPPED)).order_by("line")
    for row in rows.iterator(chunk_size=500):
        cells = [defused(cell) for cell in row.cells]
        padding = [""] * (len(run.headers) - len(cells))
        yield writer.writerow([*cells, *padding, row.line, row.status, " ".join(spoken(row.reasons))])


def spoken(reasons: list[dict[str, Any]]) -> list[str]:
    """`last_name: This is needed and missing.`"""
    return [f"{one['field']}: {one['message']}" if one["field"] else one["message"] for one in reasons]
