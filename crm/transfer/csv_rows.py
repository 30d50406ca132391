"""A CSV file as a stream of rows that never stops at a bad one, never holds the file, and can be resumed."""

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from crm.core.spreadsheets import GUARD, restored

LARGEST_ROW = 1_000_000
LONGEST_ROW = 2_000
SHOWN = 2_000

# The module's own limit (128 kB a cell) is process-wide; ours, for a whole row, is checked while reading lines.
csv.field_size_limit(LARGEST_ROW + 1)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row could not be read at all."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class RawRow:
    """`line` is where the row begins, counted as an editor does. A row with a fault holds its first line's text."""

    line: int
    cells: list[str]
    fault: Fault | None = None


class RowTooLarge(Exception):
    pass


class _OversizedLine(str):
    """Stands for a line whose text was thrown away because of its length."""


class RowReader:
    """`position` and `line` come from an earlier reader's attributes; chunks end where `position` can be told.

    `by_record` counts records (rows of a sheet, cards) where lines of the table say nothing to anybody. Cells are as
    they stand in the file; `unguarded` takes the guard against formulas away that a program put before them.
    """

    def __init__(
        self,
        file: IO[bytes],
        encoding: str,
        delimiter: str = ",",
        position: str = "",
        line: int = 0,
        by_record: bool = False,
        unguarded: bool = False,
    ) -> None:
        self._text = io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline="")
        self._text.seek(int(position or "0"))
        self._lines = _Lines(self._text, line)
        self._parser = csv.reader(self._lines, delimiter=delimiter, strict=True)
        self._record = line if by_record else -1
        self._unguarded = unguarded

    @property
    def line(self) -> int:
        return self._lines.number if self._record < 0 else self._record

    @property
    def position(self) -> str:
        return str(self._text.tell())

    def release(self) -> None:
        """Leaves the underlying file open for its owner."""
        self._text.detach()

    def chunk(self, size: int, wanted: Callable[[int], bool] | None = None) -> list[RawRow]:
        """At least `size` rows, of the lines that are wanted, unless the file ends; a few more where reading had to
        step back."""
        rows: list[RawRow] = []
        for row in self:
            if wanted is None or wanted(row.line):
                rows.append(row)
            if len(rows) >= size and not self._lines.pushed:
                break
        return rows

    def __iter__(self) -> Iterator[RawRow]:
        while (row := self._next()) is not None:
            if row.fault or any(row.cells):
                yield row

    def _next(self) -> RawRow | None:
        taken = self._lines.start_row()
        try:
            cells = next(self._parser, None)
        except RowTooLarge:
            return self._faulty(taken, _TOO_LARGE if len(taken) == 1 else _UNCLOSED)
        except csv.Error as error:
            return self._faulty(taken, _UNCLOSED if "end of data" in str(error) else _STRAY_QUOTE)
        if cells is None:
            return None
        nul = any("\x00" in line for line in taken)
        if self._unguarded:
            cells = [restored(cell) if cell[:1] == GUARD else cell for cell in cells]
        return RawRow(self._begun(taken), cells, _NUL if nul else None)

    def _begun(self, taken: list[str]) -> int:
        if self._record < 0:
            return self._lines.number - len(taken) + 1
        self._record += 1
        return self._record

    def _faulty(self, taken: list[str], fault: Fault) -> RawRow:
        """The first line is the bad row; what followed is read again, so that it does not suffer for it."""
        row = RawRow(self._begun(taken), [taken[0].rstrip("\r\n")[:SHOWN]], fault)
        self._lines.push_back(taken[1:])
        return row


_TOO_LARGE = Fault("row_too_large", f"The row is longer than {LARGEST_ROW:,} characters.")
_UNCLOSED = Fault("unclosed_quote", "A quotation mark opens on this line and is never closed.")
_STRAY_QUOTE = Fault("stray_quote", 'Text follows a closing quotation mark. Double a mark inside a cell ("").')
_NUL = Fault("nul_character", "The row contains a NUL character.")


class _Lines:
    """Feeds the parser one line at a time, remembers the current row's lines, takes them back."""

    def __init__(self, text: io.TextIOWrapper, number: int) -> None:
        self._text, self.number = text, number
        self.pushed: deque[str] = deque()
        self._taken: list[str] = []
        self._size = 0

    def start_row(self) -> list[str]:
        self._taken, self._size = [], 0
        return self._taken

    def push_back(self, lines: list[str]) -> None:
        self.pushed.extendleft(reversed(lines))
        self.number -= len(lines)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.pushed.popleft() if self.pushed else self._read()
        if not line and not isinstance(line, _OversizedLine):
            raise StopIteration
        self.number += 1
        self._taken.append(line)
        self._size += len(line)
        if isinstance(line, _OversizedLine) or self._size > LARGEST_ROW or len(self._taken) > LONGEST_ROW:
            raise RowTooLarge
        return line

    def _read(self) -> str:
        line = self._text.readline(LARGEST_ROW)
        if len(line) < LARGEST_ROW or line.endswith("\n"):
            return line if self.number else line.removeprefix("\ufeff")
        shown = line[:SHOWN]
        while line and not line.endswith("\n"):
            line = self._text.readline(LARGEST_ROW)
        return _OversizedLine(shown)
