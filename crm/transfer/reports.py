"""The rows that need another look, as a file that can be mended and imported again."""

import csv
from collections.abc import Iterator
from typing import Any

from crm.core.spreadsheets import defused
from crm.transfer.models import ImportRun, RowStatus

ADDED = ("Result", "Reason")


class _Echo:
    def write(self, text: str) -> str:
        return text


def error_rows(run: ImportRun) -> Iterator[str]:
    """CSV text line by line: the original cells, then line number, result and reasons."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([*map(defused, run.headers), run.row_word, *ADDED])
    rows = run.rows.filter(status__in=(RowStatus.FAILED, RowStatus.SKIPPED)).order_by("line")
    for row in rows.iterator(chunk_size=500):
        cells = [defused(cell) for cell in row.cells]
        padding = [""] * (len(run.headers) - len(cells))
        yield writer.writerow([*cells, *padding, row.line, row.status, " ".join(spoken(row.reasons))])


def spoken(reasons: list[dict[str, Any]]) -> list[str]:
    """`last_name: This is needed and missing.`"""
    return [f"{one['field']}: {one['message']}" if one["field"] else one["message"] for one in reasons]
