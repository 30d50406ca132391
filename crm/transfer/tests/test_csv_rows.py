"""Reading CSV: nothing is altered, nothing stops the stream, the reader can go on from any chunk."""

import csv
import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.core.spreadsheets import all_defused
from crm.transfer.csv_rows import LARGEST_ROW, RowReader

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width).filter(any), max_size=12)
)


def reader_of(text: str | bytes, encoding: str = "utf-8", **options) -> RowReader:
    raw = text if isinstance(text, bytes) else text.encode(encoding)
    return RowReader(io.BytesIO(raw), encoding, **options)


def told(text: str) -> list[tuple[int, str]]:
    return [(row.line, row.fault.code if row.fault else "") for row in reader_of(text)]


@given(TABLES, st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]))
@settings(max_examples=150, deadline=None)
def test_a_table_of_any_text_arrives_unchanged(table, delimiter, encoding):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([["header"], *table])
    rows = list(reader_of(text.getvalue(), encoding, delimiter=delimiter))
    assert all(row.fault is None for row in rows)
    assert [row.cells for row in rows[1:]] == table


@given(TABLES)
@settings(max_examples=60, deadline=None)
def test_what_was_guarded_against_formulas_comes_back_as_it_was(table):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["header"], *map(all_defused, table)])
    assert [row.cells for row in reader_of(text.getvalue(), unguarded=True)][1:] == table


@given(TABLES, st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_reading_in_chunks_from_remembered_places_gives_the_same_rows(table, size):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["header"], *table])
    position, line, found = "", 0, []
    while True:
        reader = reader_of(text.getvalue(), position=position, line=line)
        rows = reader.chunk(size)
        found += [(row.line, row.cells) for row in rows]
        position, line = reader.position, reader.line
        if len(rows) < size:
            break
    assert found == [(row.line, row.cells) for row in reader_of(text.getvalue())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,b\n1,"open\n2,x\n3,y\n', [(1, ""), (2, "unclosed_quote"), (3, ""), (4, "")]),
        ('a,b\n"1"x,2\n3,4\n', [(1, ""), (2, "stray_quote"), (3, "")]),
        ('a,b\n1,"open\n2,"closed"\n3,y\n', [(1, ""), (2, "stray_quote"), (3, ""), (4, "")]),
        ("a,b\n1,x\x00y\n2,z\n", [(1, ""), (2, "nul_character"), (3, "")]),
        ('a,b\n"two\nlines",x\n2,y\n', [(1, ""), (2, ""), (4, "")]),
        ("a,b\r\n\r\n1,x\r\n", [(1, ""), (3, "")]),
        ("a,b\r1,x\r2,y\r", [(1, ""), (2, ""), (3, "")]),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_takes_no_other_along(text, expected):
    assert told(text) == expected


def test_a_cell_of_ten_megabytes_is_one_bad_row_and_little_memory():
    text = "a,b\n1,x\n2," + "y" * 10_000_000 + "\n3,z\n"
    raw = text.encode()
    tracemalloc.start()
    rows = list(reader_of(raw))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(row.line, row.fault and row.fault.code) for row in rows] == [
        (1, None),
        (2, None),
        (3, "row_too_large"),
        (4, None),
    ]
    assert peak < 8 * LARGEST_ROW and len(rows[2].cells[0]) <= 2_000


def test_a_quote_that_is_never_closed_in_a_large_file_costs_one_row():
    text = 'a,b\n1,"oops\n' + "".join(f"{number},row\n" for number in range(200_000))
    rows = list(reader_of(text))
    assert len(rows) == 200_002 and [row.line for row in rows if row.fault] == [2]


def test_the_mark_of_utf_8_is_not_part_of_the_first_heading():
    assert next(iter(reader_of('\ufeff"Record ID",Email\n'))).cells == ["Record ID", "Email"]


def test_bytes_that_are_not_text_arrive_as_something_to_refuse():
    rows = list(reader_of(b"a,b\n1,\x81\n", "cp1252"))
    assert "\udc81" in rows[1].cells[1]
