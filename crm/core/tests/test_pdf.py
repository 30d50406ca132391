"""A document that somebody prints or files: what it says, on which page, and of which data."""

import hashlib
import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from crm.core.documents import Column, digest_of
from crm.core.pdf import MISSING, Document

AT = datetime(2026, 3, 31, 22, 5, tzinfo=UTC)
COLUMNS = [Column("Person", 2), Column("Note", 3), Column("Count", numeric=True)]


def document(**options):
    return Document("Access review", **{"data": [], "by": "Ada Ådahl", "at": AT, **options})


def read(made):
    return PdfReader(io.BytesIO(made.output()))


def texts(made):
    return [page.extract_text() for page in read(made).pages]


def test_every_page_has_its_number_and_says_when_and_by_whom_and_of_which_data():
    made = document(data={"rows": [1, 2]})
    made.table(COLUMNS, ([f"Person {n}", "x", n] for n in range(100)))
    pages = texts(made)
    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in text
        assert "Generated 2026-03-31 22:05 UTC by Ada Ådahl" in text
        assert f"SHA-256 {digest_of({'rows': [1, 2]})}" in text


def test_a_table_repeats_its_headings_and_loses_no_row():
    made = document()
    assert made.table(COLUMNS, ([f"Person-{n:03}", "kept " * 20, n] for n in range(80))) == 80
    pages = texts(made)
    assert all("Person Note Count" in text for text in pages)
    assert [f"Person-{n:03}" in "".join(pages) for n in range(80)] == [True] * 80


def test_a_row_higher_than_a_page_goes_on_on_the_next():
    made = document()
    made.table(COLUMNS, [["Ada", "word " * 2000, 1], ["Grace", "last", 2]])
    pages = texts(made)
    assert sum(text.count("word") for text in pages) == 2000
    assert "Grace" in pages[-1]


def test_a_word_wider_than_its_column_is_cut_not_lost():
    made = document()
    made.table(COLUMNS, [["x" * 300, "", 0]])
    assert "".join(texts(made)).count("x") == 300


@pytest.mark.parametrize("name", ["Łucja Ząb", "Жуков Пётр", "Ωμέγα Σοφία", "Nguyễn Thị", "Şule Gökçe", "Zoe\u0308"])
def test_names_in_latin_greek_and_cyrillic_letters_are_readable(name):
    made = document()
    made.facts([("Person", name)])
    assert f"Person: {name.replace('e' + chr(0x308), 'ë')}" in texts(made)[0]
    assert MISSING not in texts(made)[0]


@pytest.mark.parametrize("name", ["王小明", "محمد", "משה", "😀", "\x00"])
def test_what_the_font_lacks_is_a_visible_sign_that_the_document_explains(name):
    made = document()
    made.paragraph(f"Name {name}.")
    text = texts(made)[0]
    assert f"Name {MISSING * len(name)}." in text
    assert f"{MISSING} stands for a character" in text


def test_marks_of_direction_and_other_unseen_characters_leave_no_sign():
    made = document()
    made.paragraph("left\u200eright\u200f\u2066\u00a0end")
    assert "leftright end" in texts(made)[0]


def test_the_file_says_its_title_and_language():
    reader = read(document(language="de"))
    root = reader.trailer["/Root"]
    assert reader.metadata.title == "Access review"
    assert root["/Lang"] == "de" and root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_the_digest_is_that_of_canonical_json():
    text = '{"a":"2026-03-31 22:05:00+00:00","b":["ü",1]}'
    assert digest_of({"b": ["ü", 1], "a": AT}) == hashlib.sha256(text.encode()).hexdigest()


def test_the_same_document_is_the_same_data_again():
    assert digest_of([["Ada", AT]]) == digest_of([["Ada", AT]]) != digest_of([["Ada", None]])
