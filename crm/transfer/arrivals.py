"""What an upload really is, by its bytes; workbooks and cards become the one kind of table that the engine reads."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from django.core.files import File
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.spreadsheets import all_defused
from crm.transfer.cards import headings, row_of
from crm.transfer.csv_rows import LARGEST_ROW, LONGEST_ROW
from crm.transfer.errors import FileRefused
from crm.transfer.vcards import is_vcard, read_cards
from crm.transfer.workbooks import Workbook

IN_MEMORY = 1 << 20

# What people choose by mistake, or others on purpose: first bytes → what it is.
OTHERS = (
    (b"\xd0\xcf\x11\xe0", "an old or an encrypted Excel file. Save it as .xlsx without a password"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file. Unpack it first"),
    (b"7z\xbc\xaf", "a compressed file. Unpack it first"),
    (b"Rar!", "a compressed file. Unpack it first"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<svg", b"<script")


class FileFormat(models.TextChoices):
    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("Excel workbook")
    VCARD = "vcard", _("vCards")


@dataclass(slots=True)
class Arrival:
    """`file` is a table as CSV; `warnings` are {"code", "message"} about the file as a whole."""

    format: str
    file: Any
    warnings: list[dict[str, str]] = field(default_factory=list)

    @property
    def is_converted(self) -> bool:
        return self.format != FileFormat.CSV


@contextmanager
def arrived(file: File, encoding: str = "") -> Iterator[Arrival]:
    """What was made of the file is gone from the disk afterwards. Raises FileRefused."""
    file.seek(0)
    start = file.read(4096)
    file.seek(0)
    refuse_others(start)
    kind = FileFormat.XLSX if start.startswith(b"PK") else FileFormat.VCARD if is_vcard(start) else FileFormat.CSV
    if kind == FileFormat.CSV:
        yield Arrival(kind, file)
        return
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as table:
        warnings = _workbook(file, table) if kind == FileFormat.XLSX else _cards(file, table, encoding)
        table.seek(0)
        yield Arrival(kind, File(table, name=file.name), warnings)  # type: ignore[arg-type]


def refuse_others(start: bytes) -> None:
    what = next((what for sign, what in OTHERS if start.startswith(sign)), "")
    if not what and start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(MARKUP):
        what = "a page or a drawing in markup"
    if what:
        raise FileRefused(f"This is {what}. Tables come in as CSV, XLSX or vCard.", "not_a_table")


def _workbook(file: IO[bytes], table: Any) -> list[dict[str, str]]:
    workbook = Workbook(file)
    sheet, *others = workbook.sheets
    if not _write(table, _even(workbook.rows(sheet))):
        raise FileRefused(f"The sheet “{sheet[:60]}” is empty.", "empty_file")
    if not others:
        return []
    names = ", ".join(f"“{name[:40]}”" for name in others[:5])
    message = f"Only the first sheet, “{sheet[:40]}”, is read. To import {names}, save them as files of their own."
    return [{"code": "other_sheets", "message": message}]


def _even(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """A sheet drops empty cells at the end of a row; in a table every row has as many as the header."""
    width = 0
    for row in rows:
        width = width or (len(row) if sum(map(bool, row)) > 1 else 0)
        yield row + [""] * (width - len(row)) if any(row) else []


def _cards(file: IO[bytes], table: Any, encoding: str) -> list[dict[str, str]]:
    names = headings(read_cards(file, encoding))
    media = 0

    def rows() -> Iterator[list[str]]:
        nonlocal media
        yield names
        for card in read_cards(file, encoding):
            row = row_of(card)
            media += card.media
            yield [row.get(name, "") for name in names]

    _write(table, rows())
    if not media:
        return []
    return [{"code": "media_left_out", "message": f"{media} pictures, sounds or keys are left out."}]


def _write(table: Any, rows: Iterable[list[str]]) -> int:
    """How many rows hold something."""
    writer, filled = csv.writer(_Encoder(table), lineterminator="\n"), 0
    for number, row in enumerate(rows, 1):
        if sum(map(len, row)) > LARGEST_ROW // 2 or sum(cell.count("\n") for cell in row) > LONGEST_ROW // 2:
            raise FileRefused(f"Row {number} holds more than a record can.", "row_too_large")
        # As a reader of tables takes it for granted (crm.core.spreadsheets.restored).
        writer.writerow(all_defused(row))
        filled += bool(row)
    return filled


class _Encoder:
    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, text: str) -> None:
        self._file.write(text.encode("utf-8", "replace"))
