"""Cells of a workbook come in as its reader sees them."""

import io

import pytest

from crm.transfer.cell_formats import number as plain_number
from crm.transfer.cell_formats import shower
from crm.transfer.tests.workbook_files import (
    DAY,
    FIVE_DIGITS,
    GROUPS,
    INDEX,
    MAIN,
    MOMENT,
    PERCENT,
    TIME,
    number,
    sheet,
    text,
    workbook,
)
from crm.transfer.workbooks import Workbook, column_of


def rows_of(content: bytes) -> list[list[str]]:
    book = Workbook(io.BytesIO(content))
    return list(book.rows(book.sheets[0]))


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (text("007"), "007"),
        (text("  spaced  "), "  spaced  "),
        (text("مرحبا 😀"), "مرحبا 😀"),
        (text("line_x000D_\nnext"), "line\nnext"),
        (number("7", FIVE_DIGITS), "00007"),
        (number("123456", FIVE_DIGITS), "123456"),
        (number("1234", GROUPS), "001-234"),
        (number("351000000001"), "351000000001"),
        (number("3.51000000001E+11"), "351000000001"),
        (number("12345678901234567890"), "12345678901234567890"),
        (number("0.10000000000000001"), "0.1"),
        (number("45631", DAY), "2024-12-05"),
        (number("45631.75", MOMENT), "2024-12-05 18:00:00"),
        (number("0.5", TIME), "12:00:00"),
        (number("0.35", PERCENT), "35%"),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c t="str"><f>A1&amp;"x"</f><v>made</v></c>', "made"),
        ('<c t="d"><v>2024-12-05</v></c>', "2024-12-05"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(cell, shown):
    assert rows_of(workbook([[text("Head")], [cell]]))[1] == [shown]


def test_shared_and_rich_texts_without_reading_aids():
    strings = f"<sst {MAIN}><si><t>Åsa</t></si><si><r><t>Be</t></r><r><t>rg</t></r><rPh><t>no</t></rPh></si></sst>"
    body = '<c t="s"><v>1</v></c><c t="s"><v>0</v></c>'
    assert rows_of(workbook([[body]], {"xl/sharedStrings.xml": strings})) == [["Berg", "Åsa"]]


def test_gaps_keep_rows_and_columns_where_they_are():
    body = f'<row r="2"><c r="C2" t="inlineStr"><is><t>x</t></is></c></row><row r="4">{text("y")}</row>'
    content = workbook(
        parts={"xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{body}</sheetData></worksheet>"}
    )
    assert rows_of(content) == [[], ["", "", "x"], [], ["y"]]


def test_dates_of_an_old_macintosh():
    index = INDEX.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    assert rows_of(workbook([[number("44169", DAY)]], {"xl/workbook.xml": index})) == [["2024-12-05"]]


def test_hidden_sheets_are_passed_over():
    index = INDEX.replace(
        '<sheet name="People"', '<sheet name="Secret" state="hidden" sheetId="2" r:id="r1"/><sheet name="People"'
    )
    assert Workbook(io.BytesIO(workbook(parts={"xl/workbook.xml": index}))).sheets == ["People"]


def test_a_number_never_looks_like_thousands():
    assert plain_number("1.234") == "1.2340"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("0.00", "45631"),
        ('"Day" 0', "45631"),
        ("[Red]0", "45631"),
        ("[h]:mm", "2024-12-05"),
        ("dd/mm/yyyy;@", "2024-12-05"),
    ],
)
def test_a_format_is_a_date_by_its_letters_alone(code, shown):
    assert shower(170, code, False)("45631") == shown


@pytest.mark.parametrize(("reference", "column"), [("A1", 1), ("Z9", 26), ("AA7", 27), ("XFD1", 16384)])
def test_references(reference, column):
    assert column_of(reference) == column


def test_many_rows_are_read_one_by_one():
    content = workbook(parts={"xl/worksheets/sheet1.xml": sheet([[number(str(n))] for n in range(2000)])})
    book = Workbook(io.BytesIO(content))
    assert next(book.rows("People")) == ["0"]
