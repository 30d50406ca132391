"""What of a record was found: the field, and the text around the hit with the hit marked, escaped."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.text import capfirst

from crm.core.custom_fields.definitions import definition_named
from crm.core.searching import TRIGRAM, fold, searched_texts

AROUND, LONGEST = 40, 160

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Match:
    """`value` is what stands in the field of such a record; of a long text, the part around the hit."""

    model: type[Any]
    field: str
    value: str
    spans: list[Span]

    @property
    def label(self) -> str:
        custom = definition_named(self.model, self.field)
        return custom.label if custom else str(capfirst(self.model._meta.get_field(self.field).verbose_name))

    @property
    def snippet(self) -> SafeString:
        """The value as HTML. Of most hits it is never shown, since their title says it already."""
        return _with_marks(self.value, self.spans)


def matches_of(record: Any, words: Iterable[str]) -> list[Match]:
    """For each word the first field that has it; each field once."""
    remaining, found = list(words), []
    for name, text in searched_texts(record):
        held = [word for word in remaining if re.search(_pattern(word), fold(text))]
        if held:
            found.append(_match(type(record), name, text, spans_of(text, words)))
            remaining = [word for word in remaining if word not in held]
    return found


def marked(text: str, words: Iterable[str]) -> SafeString:
    """The whole text as HTML, with what was found in `<mark>`."""
    return _with_marks(text, spans_of(text, words))


def spans_of(text: str, words: Iterable[str]) -> list[Span]:
    """Where the words stand in the text as it was written, in order and without overlaps."""
    pieces = [_folded(char) for char in text]
    places = [place for place, piece in enumerate(pieces) for _letter in piece]
    folded = "".join(pieces)
    found = sorted(hit.span() for word in words for hit in re.finditer(_pattern(word), folded))
    return list(_joined((places[start], places[end - 1] + 1) for start, end in found))


_folded = lru_cache(maxsize=4096)(fold)


def _pattern(word: str) -> str:
    """One or two letters are found at the start of a word only (`holds` in crm.core.searching)."""
    return re.escape(word) if len(word) >= TRIGRAM else rf"(?<!\S){re.escape(word)}"


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    current: Span | None = None
    for start, end in spans:
        if current and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current:
            yield current
        current = (start, end)
    if current:
        yield current


def _match(model: type[Any], name: str, text: str, spans: list[Span]) -> Match:
    if len(text) <= LONGEST:
        return Match(model, name, text, spans)
    start = max(0, min(spans[0][0] - AROUND, len(text) - LONGEST))
    end = start + LONGEST
    before, after = "…" if start else "", "…" if end < len(text) else ""
    moved = start - len(before)
    inside = [(max(a, start) - moved, min(b, end) - moved) for a, b in spans if a < end]
    return Match(model, name, f"{before}{text[start:end]}{after}", inside)


def _with_marks(text: str, spans: list[Span]) -> SafeString:
    """Escaped as `format_html` does, in a fifth of its time: a page shows a hundred of them."""
    written, done = [], 0
    for start, end in spans:
        written += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    return SafeString("".join([*written, escape(text[done:])]))  # nosec B703  # escaped piece by piece
