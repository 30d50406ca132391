"""RFC 4180: UTF-8, CRLF, what could run in a spreadsheet defused; our importer undoes that."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from crm.core.spreadsheets import all_defused
from crm.transfer.exports.columns import Column
from crm.transfer.exports.reading import Page

# Without it Excel takes UTF-8 for the local encoding.
MARK = "\ufeff"


class CsvFile:
    def __init__(self, columns: Sequence[Column], has_mark: bool = False) -> None:
        self.columns, self.has_mark = columns, has_mark
        self.remarks: dict[str, int] = {}

    def begin(self) -> bytes:
        return (MARK.encode() if self.has_mark else b"") + _lines([[column.name for column in self.columns]])

    def page(self, page: Page) -> bytes:
        cells = (cells_of(column, values) for column, values in zip(self.columns, page, strict=True))
        return _lines(zip(*cells, strict=True))

    def end(self) -> bytes:
        return b""


def cells_of(column: Column, values: Sequence[Any]) -> Sequence[Any]:
    """As texts, or as what `csv` writes rightly by itself: ids, numbers, days, nothing."""
    match column.kind:
        case "text":
            return all_defused(values)
        case "moment":
            return [value.isoformat() if value is not None else "" for value in values]
        case "boolean":
            return ["true" if value else "false" if value is not None else "" for value in values]
        case "names":
            return all_defused(["; ".join(names) for names in values])
        case _:
            return values


def _lines(rows: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
