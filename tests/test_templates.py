"""Nothing in a template that the content security policy blocks, and nothing that htmx 4 would evaluate."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NO_CONTENT_TYPES = {"application/json", "application/ld+json", "speculationrules"}
TAGS = re.compile(r"{%.*?%}|{#.*?#}|{{.*?}}", re.S)
VERBATIM_COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}", re.S)


class InlineCode(HTMLParser):
    """Collects what would need 'unsafe-inline' or 'unsafe-eval'."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        inert = given.get("type") in NO_CONTENT_TYPES
        if tag == "style" or (tag == "script" and "src" not in given and not inert and "nonce" not in given):
            self._add(f"inline <{tag}>")
        for name, value in attrs:
            if reason := inline(name, value or ""):
                self._add(f"{reason}: {name}={value!r}")

    handle_startendtag = handle_starttag

    def _add(self, fault: str) -> None:
        self.found.append(f"line {self.getpos()[0]}: {fault}")


def inline(name: str, value: str) -> str:
    """Why an attribute cannot be, or nothing."""
    if name == "style":
        return "inline style"
    if name.startswith("hx-on") or re.fullmatch(r"on[a-z]+", name):
        return "inline handler"
    if name.startswith("hx-trigger") and "[" in value:
        return "trigger filter, which is evaluated"
    if value.strip().lower().startswith(("js:", "javascript:")):
        return "evaluated value"
    return ""


def faults(source: str) -> list[str]:
    """Template tags are blanked first, line by line, so that positions stay true."""
    blank = TAGS.sub(lambda tag: "\n" * tag.group().count("\n"), VERBATIM_COMMENT.sub("", source))
    parser = InlineCode()
    parser.feed(blank)
    return parser.found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_holds_no_inline_code(path):
    assert not faults(path.read_text())


@pytest.mark.parametrize(
    "source",
    [
        "<p style='color: red'>",
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        "<button onclick='go()'>",
        "<div hx-on:click='go()'>",
        "<div hx-trigger='keyup[ctrlKey]'>",
        "<div hx-vals='js:{a: 1}'>",
        "<a href='javascript:void(0)'>",
        "<img {% if x %}onerror{% endif %}='x' src=y>",
    ],
)
def test_the_rule_finds(source):
    assert faults(source)


def test_the_rule_lets_data_and_files_through():
    assert not faults(
        '<script src="{% static "js/app.js" %}"></script><script type="application/json">{"a": 1}</script>'
    )
