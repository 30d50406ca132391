"""What is found out about a file before it is mapped."""

import io

import pytest

from crm.transfer.errors import FileRefused
from crm.transfer.file_shape import named_apart, shape_of


@pytest.mark.parametrize(
    ("content", "name", "certain"),
    [
        ("Name,City\nÅsa,Umeå\n".encode(), "utf-8", True),
        ("\ufeffName,City\nÅsa,Umeå\n".encode(), "utf-8", True),
        ("\ufeffName,City\nÅsa,Umeå\n".encode("utf-16-le"), "utf-16-le", True),
        ("\ufeffName,City\nÅsa,Umeå\n".encode("utf-16-be"), "utf-16-be", True),
        ("Name,City\nÅsa,Umeå\n".encode("utf-16-le"), "utf-16-le", False),
        ("Name,City\nÅsa,Umeå\n".encode("cp1252"), "cp1252", False),
    ],
)
def test_an_encoding_is_known_or_proposed_never_guessed(content, name, certain):
    shape = shape_of(io.BytesIO(content))
    assert (shape.encoding.name, shape.encoding.certain) == (name, certain)
    assert shape.headers == ["Name", "City"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter):
    rows = [["Name", "Deals", "City"], ["Åsa", "8001;8002", "Umeå"], ["Bo", "8003", "Lund, west"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert shape_of(io.BytesIO(text.encode())).delimiter == delimiter


def test_another_sign_in_cells_of_several_lines_is_not_taken_for_the_delimiter():
    text = "Name,Identifiers,City\r\n" + 'Acme,"register | 1\nother | 7",Kiel\r\n' * 3
    assert shape_of(io.BytesIO(text.encode())).delimiter == ","


def test_notes_above_the_header_are_passed_over():
    text = 'Notes:\n"When exporting, some addresses may be missing."\n\nFirst Name,Last Name,URL\nÅsa,Berg,x\n'
    shape = shape_of(io.BytesIO(text.encode()))
    assert (shape.headers, shape.line) == (["First Name", "Last Name", "URL"], 4)


def test_a_file_with_one_column_keeps_its_first_row_as_header():
    assert shape_of(io.BytesIO(b"Email\na@x.example\n")).headers == ["Email"]


def test_equal_and_blank_headings_are_told_apart():
    assert named_apart(["Email", " Email ", "", "Email"]) == ["Email", "Email (2)", "Column 3", "Email (3)"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n\n", "no_header"),
        (b'"Name,City\nx,y\n', "unclosed_quote"),
        (("," * 600 + "\n").encode().replace(b",", b"a,"), "too_many_columns"),
        ("\ufeffab".encode("utf-16-le") + b"\x00\xd8\x00", "not_text"),
        (b"Na\x00me,City\nx,y\n", "nul_character"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(content, code):
    with pytest.raises(FileRefused) as refusal:
        shape_of(io.BytesIO(content))
    assert refusal.value.code == code
