"""What became of each record, as a table: CSV for people, rows for programs."""

import csv
from collections.abc import Iterator

from crm.bulk.models import BulkItem, BulkRun, ItemState
from crm.core.spreadsheets import defused

HEADINGS = ("id", "record", "result", "code", "reason")
# Those that somebody has to look at.
LEFT = (ItemState.STAYED, ItemState.CONFLICT)


class _Echo:
    def write(self, text: str) -> str:
        return text


def row_of(item: BulkItem) -> dict[str, str]:
    return {
        "id": str(item.record_id),
        "record": item.label,
        "result": item.state,
        "code": item.code,
        "reason": item.reason,
    }


def left_as_csv(run: BulkRun) -> Iterator[str]:
    """Line by line: the records that stayed, or were not undone, and why."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(HEADINGS)
    for item in run.items.filter(state__in=LEFT).iterator(chunk_size=500):
        yield writer.writerow(map(defused, row_of(item).values()))
