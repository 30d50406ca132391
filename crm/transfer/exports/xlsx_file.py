"""XLSX as a stream: a ZIP whose sheets are written row by row, texts typed as texts so that none of them can run.

Office Open XML (ECMA-376): 1,048,576 rows a sheet, then the next one; 32,767 characters a cell. Moments are UTC.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from auditlog.exporting import Sink
from crm.core.spreadsheets import is_risky
from crm.transfer.exports.columns import Column, Kind
from crm.transfer.exports.reading import Page
from crm.transfer.exports.xlsx_parts import DAY, HEADER, MOMENT, QUOTED, parts_of

ROWS_A_SHEET = 1_048_576
LONGEST = 32_767
# What a spreadsheet's numbers keep.
DIGITS = 15
# Spreadsheets count days from here, and wrongly before March 1900, which therefore stays text.
FIRST_DAY, EPOCH = date(1900, 3, 1), date(1899, 12, 30)
ESCAPED = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x(?=[0-9A-Fa-f]{4}_)")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_x": "_x005F_x"}
SHEET = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView '
    'workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
    "</sheetViews><sheetData>"
)
NOTHING = "<c/>"


class XlsxFile:
    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns, self.remarks = columns, dict[str, int]()
        self._sink = Sink()
        self._archive = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._sheets = self._rows = 0
        self._sheet = self._next_sheet()

    def begin(self) -> bytes:
        return self._sink.take()

    def page(self, page: Page) -> bytes:
        cells = [self._cells(column, values) for column, values in zip(self.columns, page, strict=True)]
        rows = [f"<row>{''.join(row)}</row>" for row in zip(*cells, strict=True)]
        while rows:
            if self._rows == ROWS_A_SHEET:
                self._end_sheet()
                self._sheet = self._next_sheet()
            fitting, rows = rows[: ROWS_A_SHEET - self._rows], rows[ROWS_A_SHEET - self._rows :]
            self._rows += len(fitting)
            self._sheet.write("".join(fitting).encode())
        return self._sink.take()

    def end(self) -> bytes:
        self._end_sheet()
        for name, content in parts_of(self._sheets):
            self._archive.writestr(name, content)
        self._archive.close()
        return self._sink.take()

    def _next_sheet(self) -> Any:
        self._sheets, self._rows = self._sheets + 1, 1
        sheet = self._archive.open(f"xl/worksheets/sheet{self._sheets}.xml", "w", force_zip64=True)
        heading = "".join(_text(column.name, HEADER) for column in self.columns)
        sheet.write(f"{SHEET}<row>{heading}</row>".encode())
        return sheet

    def _end_sheet(self) -> None:
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()

    def _cells(self, column: Column, values: Sequence[Any]) -> Sequence[str]:
        if column.kind in ("text", "names"):
            texts = ["; ".join(value) if isinstance(value, list) else value for value in values]
            return list(self._texts(texts))
        # Ids of owners, teams and customers, words and days come again and again.
        known: dict[Any, str] = {}
        form = CELLS[column.kind]
        return [known.get(value) or known.setdefault(value, form(value)) for value in values]

    def _texts(self, texts: Sequence[str | None]) -> Iterator[str]:
        for text in texts:
            if not text:
                yield NOTHING
            else:
                if len(text) > LONGEST:
                    self.remarks["cut_cells"] = self.remarks.get("cut_cells", 0) + 1
                    text = text[:LONGEST]
                yield _text(text, QUOTED if is_risky(text) else 0)


def _text(text: str, style: int = 0) -> str:
    styled = f' s="{style}"' if style else ""
    safe = ESCAPED.sub(_escape, text) if ESCAPED.search(text) else text
    return f'<c t="inlineStr"{styled}><is><t xml:space="preserve">{safe}</t></is></c>'


def _escape(found: re.Match[str]) -> str:
    return ENTITIES.get(found[0]) or f"_x{ord(found[0]):04X}_"


def _word(value: Any) -> str:
    return _text(str(value)) if value not in (None, "") else NOTHING


def _number(value: int | Decimal | None) -> str:
    if value is None:
        return NOTHING
    figures = str(value)
    return _text(figures) if len(figures.strip("-").replace(".", "")) > DIGITS else f"<c><v>{figures}</v></c>"


def _day(value: date | None) -> str:
    if value is None:
        return NOTHING
    if value < FIRST_DAY:
        return _text(value.isoformat())
    return f'<c s="{DAY}"><v>{(value - EPOCH).days}</v></c>'


def _moment(value: datetime | None) -> str:
    if value is None:
        return NOTHING
    at = value.astimezone(UTC)
    if at.date() < FIRST_DAY:
        return _text(at.isoformat())
    seconds = at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1_000_000
    return f'<c s="{MOMENT}"><v>{(at.date() - EPOCH).days + seconds / 86_400:.10f}</v></c>'


def _truth(value: bool | None) -> str:
    return NOTHING if value is None else f'<c t="b"><v>{int(value)}</v></c>'


CELLS: dict[Kind, Callable[[Any], str]] = {
    "id": _word, "word": _word, "number": _number, "date": _day, "moment": _moment, "boolean": _truth,
}  # fmt: skip
