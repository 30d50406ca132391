"""Documents on paper: A4 with a title, facts, paragraphs and tables, each page numbered and signed with its digest.

    document = Document("Access review", data=rows, by=actor.label, at=timezone.now(), landscape=True)
    document.facts([("Period", "2026-01-01 to 2026-03-31"), ("Scope", "Everybody")])
    document.heading("Who has what")
    document.paragraph("Two paragraphs are separated by an empty line.")
    document.table([Column("Person", 2), Column("Role"), Column("Keys", 0.5, numeric=True)], rows)
    return HttpResponse(document.output(), content_type="application/pdf")

`data` is anything JSON can hold, dates, UUIDs and decimals too; the footer bears its SHA-256 (`digest_of`), so that a
reader can tell whether the same data were shown to somebody else. Letters: Latin, Greek, Cyrillic and Vietnamese; any
other character is shown as `□`, and the last page says so. Rows are taken as they come and never held.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont
from fpdf import FPDF, ViewerPreferences
from fpdf.fonts import TTFFont

from crm.core.documents import Column, digest_of

FONTS = Path(__file__).parent / "fonts"
FACES = {"": FONTS / "Inter-Regular.ttf", "B": FONTS / "Inter-SemiBold.ttf"}
MISSING = "□"
MARGIN, FOOT = 15.0, 18.0
TEXT, SMALL, TITLE, HEADING = 9.0, 7.0, 18.0, 12.0
INK, GREY, SHADE, RULE = 30, 105, 242, 215
PADDING = 1.6
LINES = 1.4


class Document:
    """One document; `output` ends it. `digest` stands in for `data` where the rows are not held in memory."""

    def __init__(
        self,
        title: str,
        *,
        by: str,
        at: datetime,
        data: Any = None,
        digest: str = "",
        landscape: bool = False,
        language: str = "",
    ) -> None:
        self.digest = digest or digest_of(data)
        moment = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        foot = _("Generated {moment} by {name}").format(moment=moment, name=by)
        self.sheet = Sheet(_shown(foot), f"SHA-256 {self.digest}", "L" if landscape else "P")
        self._describe(title, at, language or settings.LANGUAGE_CODE)
        self.sheet.add_page()
        self._write(title, TITLE, bold=True, after=2)

    def _describe(self, title: str, at: datetime, language: str) -> None:
        self.sheet.set_title(title)
        self.sheet.set_lang(language)
        self.sheet.set_creator("Vouch")
        self.sheet.set_creation_date(at)
        self.sheet.viewer_preferences = ViewerPreferences(display_doc_title=True)

    def facts(self, facts: Iterable[tuple[str, Any]]) -> None:
        """Label and value on a line each."""
        for label, value in facts:
            self._write(f"{label}: {value}", TEXT, tone=GREY)
        self.sheet.ln(3)

    def heading(self, text: str) -> None:
        self.sheet.keep_together(25)
        self.sheet.ln(3)
        self._write(text, HEADING, bold=True, after=1.5)

    def paragraph(self, text: str) -> None:
        for part in text.split("\n\n"):
            self._write(part, TEXT, after=2)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> int:
        """Repeats the headings on each page. Returns how many rows there were."""
        table = Table(self.sheet, columns)
        table.head()
        count = 0
        for row in rows:
            table.row([_cell(value) for value in row])
            count += 1
        self.sheet.ln(3)
        return count

    def output(self) -> bytes:
        if self.sheet.is_lossy:
            self.sheet.ln(3)
            note = _("{sign} stands for a character that this document has no letter for.")
            self._write(note.format(sign=MISSING), SMALL, tone=GREY)
        return bytes(self.sheet.output())

    def _write(self, text: str, size: float, *, bold: bool = False, tone: int = INK, after: float = 0) -> None:
        self.sheet.style(size, bold=bold, tone=tone)
        for line in self.sheet.wrapped(text, self.sheet.epw):
            self.sheet.keep_together(self.sheet.leading)
            self.sheet.put(self.sheet.l_margin, line)
            self.sheet.ln(self.sheet.leading)
        self.sheet.ln(after)


class Sheet(FPDF):
    """Pages with a footer, text placed line by line: an own line breaker is ten times faster than the library's."""

    def __init__(self, foot: str, digest: str, orientation: str) -> None:
        super().__init__(orientation=orientation, format="A4")  # type: ignore[arg-type]
        self.foot, self.digest, self.is_lossy = foot, digest, False
        for style, path in FACES.items():
            self.add_font("Inter", style, path)  # type: ignore[arg-type]
        self.set_margin(MARGIN)
        self.set_auto_page_break(False)

    @property
    def leading(self) -> float:
        """Millimetres from line to line."""
        return self.font_size * LINES

    @property
    def room(self) -> float:
        """Millimetres down to the footer."""
        return self.h - FOOT - self.get_y()

    def style(self, size: float, *, bold: bool = False, tone: int = INK) -> None:
        self.set_font("Inter", "B" if bold else "", size)
        self.set_text_color(tone)

    def keep_together(self, height: float) -> bool:
        """Begins a new page when so many millimetres are not left; true if it did. The style stays."""
        if height <= self.room:
            return False
        self.add_page()
        return True

    def footer(self) -> None:
        """The library calls it at the end of each page, and keeps what was set before."""
        self.style(SMALL, tone=GREY)
        self.set_y(self.h - FOOT + 6)
        self.put(self.l_margin, self.foot)
        self.set_x(self.l_margin)
        self.cell(0, self.leading, f"{self.page_no()} / {self.str_alias_nb_pages}", align="R")
        self.ln(self.leading)
        self.put(self.l_margin, self.digest)

    def rule(self) -> None:
        self.set_draw_color(RULE)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())

    def put(self, x: float, line: str) -> None:
        """One line of text that was `wrapped`, its top at the present height."""
        if line:
            self.text(x, self.get_y() + (self.leading + self.font_size * 0.7) / 2, line)

    def wrapped(self, text: str, width: float) -> list[str]:
        """Lines no wider than so many millimetres, in the present font; words that are too long are cut."""
        shown = _shown(text)
        self.is_lossy = self.is_lossy or (MISSING in shown and MISSING not in text)
        return [line for part in shown.split("\n") for line in self._lines(part, width)]

    def _lines(self, text: str, width: float) -> Iterator[str]:
        line = ""
        for word in text.split():
            joined = f"{line} {word}" if line else word
            if self.length(joined) <= width:
                line = joined
                continue
            if line:
                yield line
            *full, line = self._pieces(word, width)
            yield from full
        yield line

    def _pieces(self, word: str, width: float) -> list[str]:
        pieces, piece = [], ""
        for letter in word:
            if piece and self.length(piece + letter) > width:
                pieces.append(piece)
                piece = ""
            piece += letter
        return [*pieces, piece]

    def length(self, text: str) -> float:
        """In millimetres."""
        assert isinstance(self.current_font, TTFFont)
        widths = self.current_font.cw
        return sum(widths[ord(letter)] for letter in text) * self.font_size / 1000


class Table:
    def __init__(self, sheet: Sheet, columns: Sequence[Column]) -> None:
        self.sheet, self.columns = sheet, columns
        whole = sum(column.share for column in columns)
        self.widths = [sheet.epw * column.share / whole for column in columns]

    def head(self) -> None:
        self.sheet.keep_together(20)
        self.sheet.style(TEXT - 1, bold=True)
        lines = self._wrapped([column.label for column in self.columns])
        self.sheet.set_fill_color(SHADE)
        height = max(map(len, lines)) * self.sheet.leading + 2 * PADDING
        self.sheet.rect(self.sheet.l_margin, self.sheet.get_y(), self.sheet.epw, height, style="F")
        self._draw(lines)
        self.sheet.style(TEXT - 1)

    def row(self, cells: Sequence[str]) -> None:
        self.sheet.style(TEXT - 1)
        lines = self._wrapped(cells)
        height = max(map(len, lines)) * self.sheet.leading + 2 * PADDING
        if height <= self.sheet.eph - 40 and self.sheet.keep_together(height):
            self.head()
        self._draw(lines)
        self.sheet.rule()

    def _wrapped(self, cells: Sequence[str]) -> list[list[str]]:
        pairs = zip(cells, self.widths, strict=True)
        return [self.sheet.wrapped(cell, width - 2 * PADDING) for cell, width in pairs]

    def _draw(self, cells: list[list[str]]) -> None:
        """Line by line, so that a row that is higher than a page goes on on the next one."""
        self.sheet.ln(PADDING)
        for index in range(max(map(len, cells))):
            if self.sheet.keep_together(self.sheet.leading):
                self.head()
            x = self.sheet.l_margin
            for lines, width, column in zip(cells, self.widths, self.columns, strict=True):
                line = lines[index] if index < len(lines) else ""
                start = width - PADDING - self.sheet.length(line) if column.numeric else PADDING
                self.sheet.put(x + start, line)
                x += width
            self.sheet.ln(self.sheet.leading)
        self.sheet.ln(PADDING)


@cache
def _letters() -> frozenset[int]:
    return frozenset.intersection(*(frozenset(TTFont(path).getBestCmap()) for path in FACES.values()))


def _shown(text: str) -> str:
    """Composed letters; what the font lacks as a visible sign, never as nothing."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(letter if letter == "\n" or ord(letter) in _letters() else _instead(letter) for letter in composed)


def _instead(letter: str) -> str:
    return " " if letter.isspace() else "" if unicodedata.category(letter) == "Cf" else MISSING


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
