"""Nothing in a template that the content security policy blocks, nothing that htmx 4 would evaluate, no lost names."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NO_CONTENT_TYPES = {"application/json", "application/ld+json", "speculationrules"}
TAGS = re.compile(r"{%.*?%}|{#.*?#}|{{.*?}}", re.S)
BLOCK = re.compile(r"{% block \w+ %}(.*?){% endblock %}", re.S)
NAMED = re.compile(r"{%[^%]* (?:as|asvar) (\w+)[^%]*%}")
LOOPS = re.compile(r"{% for ([\w, ]+) in ")
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


def lost(source: str) -> set[str]:
    """Names given in one block and used in another, where Django has forgotten them."""
    blocks = BLOCK.findall(source)
    given = [set(NAMED.findall(block)) for block in blocks]
    used = [set(re.findall(r"(?:{{ |=)(\w+)", block)) for block in blocks]
    looped = [set(re.findall(r"\w+", " ".join(LOOPS.findall(block)))) for block in blocks]
    here = zip(used, given, looped, strict=True)
    return {name for names, named, loops in here for name in (names & set().union(*given)) - named - loops}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_name_is_used_in_the_block_that_gives_it(path):
    assert not lost(path.read_text())


def test_a_name_of_another_block_is_found():
    assert lost("{% block a %}{% url 'x' as back %}{% endblock %}{% block b %}{{ back }}{% endblock %}") == {"back"}


WRITES_A_DATE = re.compile(r"\|\s*(?:date|time)\b|{%\s*now\b")
EVERY_TEMPLATE = sorted(path for path in (ROOT / "templates").rglob("*.*") if path.suffix in (".html", ".txt"))


def test_days_and_moments_are_written_by_the_house_filters_alone():
    found = [str(path) for path in EVERY_TEMPLATE if WRITES_A_DATE.search(path.read_text())]
    assert not found, "use |day, |moment or |ago (docs/front-end.md)"


@pytest.mark.parametrize("source", ['{{ at|date:"Y-m-d" }}', "{{ at | date }}", '{% now "Y" %}', "{{ at|time }}"])
def test_a_date_of_ones_own_making_is_found(source):
    assert WRITES_A_DATE.search(source)


def test_code_writes_no_date_of_its_own_making_either():
    own = re.compile(r"\bdate_format\(|\.strftime\(|\blocalize\(")
    paths = [
        path for app in ("crm", "accounts", "auditlog", "customers", "deals") for path in (ROOT / app).rglob("*.py")
    ]
    found = {
        str(path.relative_to(ROOT)) for path in paths if "tests" not in path.parts and own.search(path.read_text())
    }
    assert found == {"crm/core/formats.py"}
