"""Notes of other programs as Markdown; what is no HTML is not touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.transfer.html_cells import as_markdown


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\n\nTwo & three"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul>", "- a\n- b\n  1. c\n  2. d"),
        ("<b>Bold</b> and <em>slanted</em>", "**Bold** and *slanted*"),
        ('<a href="https://x.example/?a=1&amp;b=2">Site</a> <a>none</a>', "[Site](https://x.example/?a=1&b=2) none"),
        ('<img src="cid:7" alt="Plan">', "[Plan](cid:7)"),
        ("<style>p {color: red}</style><p>Seen</p>", "Seen"),
        ("<div>open <b>end", "open **end"),
        ("<tr><td>a</td><td>b</td></tr>", "a b"),
    ],
)
def test_what_people_read_of_it_is_kept(cell, read):
    assert as_markdown(cell) == read


@pytest.mark.parametrize(
    "text", ["a < b and c > d", "<anna@berg.example>", "**x** &amp; y", "  two\n\n\n lines ", "1<2>3"]
)
def test_what_is_no_html_stays_as_it_is(text):
    assert as_markdown(text) == text


@given(st.text(alphabet=st.characters(categories=("L", "N")), min_size=1))
def test_no_letter_is_lost(text):
    assert as_markdown(f"<p>{text}</p><ul><li>{text}</li></ul>") == f"{text}\n\n- {text}"
