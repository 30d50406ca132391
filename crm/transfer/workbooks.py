"""An XLSX workbook as a stream of rows: in constant memory, as its cells are shown, and safe from what is no workbook.

Nothing is unpacked to disk; no part is read further than its limit, whatever it declares; a DOCTYPE ends the reading.
"""

import re
import zipfile
from collections.abc import Iterator
from posixpath import normpath
from typing import IO, Any
from xml.parsers import expat

from crm.transfer.cell_formats import Show, number, shower
from crm.transfer.errors import FileRefused

MOST_PARTS = 5_000
LARGEST_SHEET = 1 << 30
LARGEST_PART = 64 << 20
MOST_COLUMNS = 500
LAST_ROW = 1_048_576
LONGEST_CELL = 100_000
BLOCK = 1 << 16

REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
CONTENT_TYPES = "[Content_Types].xml"

Attributes = dict[str, str]
_BLANK: list[str] = []


class Workbook:
    """`sheets` are the names of the visible ones in their order. Raises FileRefused, here and while reading."""

    def __init__(self, file: IO[bytes]) -> None:
        self._archive = _opened(file)
        index, relations = _Index(), _Relations()
        self._follow("xl/workbook.xml", index)
        self._follow("xl/_rels/workbook.xml.rels", relations)
        self._paths = {name: path for name, key in index.sheets if (path := relations.paths.get(key))}
        self.sheets = list(self._paths)
        if not self.sheets:
            raise FileRefused("The workbook has no sheet that can be read.", "no_header")
        self._is_1904 = index.is_1904

    def rows(self, sheet: str) -> Iterator[list[str]]:
        """The cells of each row, blank ones between included, so that the n-th is row n of the sheet."""
        strings, styles = _Strings(), _Styles(self._is_1904)
        for part, reader in (("xl/sharedStrings.xml", strings), ("xl/styles.xml", styles)):
            if part in self._archive.namelist():
                self._follow(part, reader)
        yield from self._read(self._paths[sheet], LARGEST_SHEET, _Sheet(strings.found, styles.shown))

    def _follow(self, part: str, reader: "_Reader") -> None:
        for _row in self._read(part, LARGEST_PART, reader):
            pass

    def _read(self, part: str, limit: int, reader: "_Reader") -> Iterator[list[str]]:
        try:
            info = self._archive.getinfo(part)
            if info.file_size > limit:
                raise FileRefused("Unpacked, this workbook is larger than can be read.", "too_large_unpacked")
            with self._archive.open(info) as content:
                yield from reader.over(content, limit)
        except KeyError:
            raise FileRefused("The workbook is damaged: a part is missing.", "damaged_workbook") from None
        except (zipfile.BadZipFile, expat.ExpatError, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
            raise FileRefused("The workbook is damaged.", "damaged_workbook") from error


def _opened(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise FileRefused("The workbook is damaged.", "damaged_workbook") from error
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or any(_is_suspicious(part.filename) for part in parts):
        raise FileRefused("This archive is not a workbook as spreadsheet programs write it.", "not_a_table")
    if CONTENT_TYPES not in archive.namelist() or "xl/workbook.xml" not in archive.namelist():
        message = "This is a ZIP archive and no workbook. Unpack it and import its files one by one."
        raise FileRefused(message, "not_a_table")
    return archive


def _is_suspicious(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/") or len(name) > 500


class _Reader:
    """Follows one part of the workbook; `ready` collects what is whole."""

    def __init__(self) -> None:
        self.ready: list[list[str]] = []

    def over(self, content: IO[bytes], limit: int) -> Iterator[list[str]]:
        parser: Any = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: self.start(name.rpartition(" ")[2], attributes)
        parser.EndElementHandler = lambda name: self.end(name.rpartition(" ")[2])
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        read = 0
        while block := content.read(BLOCK):
            read += len(block)
            if read > limit:
                raise FileRefused("Unpacked, this workbook is larger than can be read.", "too_large_unpacked")
            parser.Parse(block, False)
            yield from self.ready
            self.ready = []
        parser.Parse(b"", True)
        yield from self.ready

    def start(self, name: str, attributes: Attributes) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


def _refuse_doctype(*_: Any) -> None:
    raise FileRefused("The workbook declares entities, which none that a program writes does.", "not_a_table")


class _Index(_Reader):
    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str]] = []
        self.is_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "workbookPr":
            self.is_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet" and attributes.get("state", "visible") == "visible":
            key = next((value for key, value in attributes.items() if key.endswith("/relationships id")), "")
            self.sheets.append((attributes.get("name", ""), key))


class _Relations(_Reader):
    def __init__(self) -> None:
        super().__init__()
        self.paths: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
            self.paths[attributes.get("Id", "")] = path


class _Styles(_Reader):
    """`shown` tells, by the number of a cell's style, how its number is shown."""

    def __init__(self, is_1904: bool) -> None:
        super().__init__()
        self.shown: list[Show] = []
        self._codes: dict[int, str] = {}
        self._is_1904, self._in_cells = is_1904, False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self._codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")[:200]
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            key = int(attributes.get("numFmtId", "0"))
            self.shown.append(shower(key, self._codes.get(key, ""), self._is_1904))

    def end(self, name: str) -> None:
        self._in_cells = self._in_cells and name != "cellXfs"


class _Strings(_Reader):
    """The texts that cells point to; reading aids of Japanese (rPh) are no part of them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._parts: list[str] = []
        self._in_text, self._aside = False, 0

    def start(self, name: str, attributes: Attributes) -> None:
        self._in_text = name == "t" and not self._aside
        self._aside += name == "rPh"

    def end(self, name: str) -> None:
        self._in_text = False
        self._aside -= name == "rPh"
        if name == "si":
            self.found.append(unescaped("".join(self._parts)))
            self._parts = []

    def text(self, data: str) -> None:
        if self._in_text:
            self._parts.append(data)


class _Sheet(_Reader):
    def __init__(self, strings: list[str], styles: list[Show]) -> None:
        super().__init__()
        self._strings, self._styles = strings, styles
        self._row, self._cells = 0, list[str]()
        self._column, self._kind, self._style = 0, "n", 0
        self._parts, self._size, self._in_value, self._aside = list[str](), 0, False, 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t"):
            self._in_value = not self._aside
        elif name == "rPh":
            self._aside += 1
        elif name == "row":
            self._start_row(attributes)

    def _start_row(self, attributes: Attributes) -> None:
        number_of_row = int(attributes.get("r", self._row + 1))
        if not self._row < number_of_row <= LAST_ROW:
            raise FileRefused("The workbook is damaged: its rows are out of order.", "damaged_workbook")
        self.ready.extend([_BLANK] * (number_of_row - self._row - 1))
        self._row, self._cells = number_of_row, []

    def _start_cell(self, attributes: Attributes) -> None:
        self._column = column_of(attributes["r"]) if "r" in attributes else self._column + 1
        self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", "0"))
        self._parts, self._size = [], 0

    def text(self, data: str) -> None:
        if self._in_value:
            self._size += len(data)
            if self._size > LONGEST_CELL:
                raise FileRefused(f"Row {self._row} has a cell of over {LONGEST_CELL:,} characters.", "row_too_large")
            self._parts.append(data)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._in_value = False
        elif name == "rPh":
            self._aside -= 1
        elif name == "c" and self._parts:
            self._put(self._shown("".join(self._parts)))
        elif name == "row":
            self._column = 0
            self.ready.append(self._cells)

    def _put(self, text: str) -> None:
        if self._column > MOST_COLUMNS:
            raise FileRefused(f"More than {MOST_COLUMNS} columns.", "too_many_columns")
        self._cells.extend([""] * (self._column - len(self._cells)))
        self._cells[self._column - 1] = text

    def _shown(self, text: str) -> str:
        if self._kind == "s":
            return self._string(text)
        if self._kind in ("inlineStr", "str"):
            return unescaped(text)
        if self._kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        if self._kind == "n":
            return (self._styles[self._style] if self._style < len(self._styles) else number)(text)
        return text

    def _string(self, text: str) -> str:
        try:
            return self._strings[int(text)]
        except IndexError:
            raise FileRefused("The workbook is damaged: a text is missing.", "damaged_workbook") from None


def column_of(reference: str) -> int:
    """`A1` → 1, `AA7` → 27."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise FileRefused("The workbook is damaged: a cell is nowhere.", "damaged_workbook")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return column


def unescaped(text: str) -> str:
    """`_x000D_` is how a workbook writes a character that XML cannot hold."""
    if "_x" not in text:
        return text
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), text).replace("\r\n", "\n").replace("\r", "\n")
