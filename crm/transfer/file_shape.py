"""What a file looks like before anybody maps it: encoding, delimiter, header, where the rows begin."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import IO

from crm.transfer.csv_rows import RawRow, RowReader
from crm.transfer.encodings import Encoding, detect_encoding
from crm.transfer.errors import FileRefused

DELIMITERS = (",", ";", "\t", "|")
SNIFFED_ROWS = 30
SNIFFED_BYTES = 200_000
PREAMBLE_ROWS = 10
MOST_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class FileShape:
    """`position` and `line` are where the first row after the header is read from."""

    encoding: Encoding
    delimiter: str
    headers: list[str]
    position: str
    line: int


def shape_of(file: IO[bytes], encoding: str = "", delimiter: str = "", by_record: bool = False) -> FileShape:
    """`encoding` and `delimiter` are what a person chose, else both are found out. Raises FileRefused."""
    found = Encoding(encoding, certain=True) if encoding else detect_encoding(file)
    delimiter = delimiter or sniff_delimiter(_beginning(file, found.name))
    file.seek(0)
    reader = RowReader(file, found.name, delimiter, by_record=by_record, unguarded=True)
    try:
        position, line, header = _find_header(reader)
    finally:
        reader.release()
    return FileShape(found, delimiter, named_apart(header), position, line)


def _find_header(reader: RowReader) -> tuple[str, int, list[str]]:
    """The first row with two filled cells: some programs write notes above their header."""
    single: tuple[str, int, list[str]] | None = None
    for row in islice(reader, PREAMBLE_ROWS):
        _refuse_faulty(row)
        place = (reader.position, reader.line, row.cells)
        if sum(1 for cell in row.cells if cell.strip()) > 1:
            return place
        single = single or place
    if single is None:
        raise FileRefused("The file has no header row.", "no_header")
    return single


def _refuse_faulty(row: RawRow) -> None:
    if row.fault:
        raise FileRefused(f"The header cannot be read. Line {row.line}: {row.fault.message}", row.fault.code)
    if len(row.cells) > MOST_COLUMNS:
        raise FileRefused(f"More than {MOST_COLUMNS} columns.", "too_many_columns")


def _beginning(file: IO[bytes], encoding: str) -> str:
    file.seek(0)
    return file.read(SNIFFED_BYTES).decode(encoding, errors="replace").removeprefix("\ufeff").replace("\x00", "")


def sniff_delimiter(text: str) -> str:
    """The delimiter under which the largest part of the first rows has equally many cells, and more than one.

    Their part and not their number: under a wrong one, a cell of several lines becomes several rows.
    """
    return max(DELIMITERS, key=lambda delimiter: _fitness(text, delimiter))


def _fitness(text: str, delimiter: str) -> tuple[float, int]:
    try:
        rows = list(filter(None, islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), SNIFFED_ROWS)))
    except csv.Error:
        return 0, 0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(((count / len(rows), width) for width, count in widths.items()), default=(0, 0))


def named_apart(header: Iterable[str]) -> list[str]:
    """`Email, Email` → `Email, Email (2)`; a blank heading becomes `Column 3`."""
    seen: Counter[str] = Counter()
    names = []
    for number, cell in enumerate(header, 1):
        name = " ".join(cell.split()) or f"Column {number}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def header_digest(headers: list[str]) -> str:
    """The same for two files with the same columns, so that a mapping is remembered."""
    return hashlib.sha256(json.dumps(headers, ensure_ascii=False).encode()).hexdigest()
