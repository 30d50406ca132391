"""The few words that columns of a file use for stages, owners, statuses, choices and labels, and what each becomes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from crm.core.errors import invalid_field
from crm.transfer.columns import Column, Context, parts_of
from crm.transfer.importers import Importer, importer_for
from crm.transfer.models import ImportRun
from crm.transfer.reading_values import Words, word_key
from crm.transfer.running import beginning, reader_of

MOST_WORDS = 200
# So that a form with all of them stays below the number of fields that a request may have.
MOST_IN_ALL = 600
MOST_ROWS = 100_000
MOST_CHOSEN = 2_000
LONGEST_WORD = 200


@dataclass(slots=True)
class Word:
    """`text` as the file first writes it, in so many `rows`; `becomes` is one of the column's offers, "" for empty, or
    None: a row with it is refused, or a new one made where the column makes them."""

    text: str
    rows: int
    becomes: str | None = None


@dataclass(slots=True)
class Used:
    """The words of one column; `more` are those not shown, `rows_read` how many rows were looked at."""

    column: Column
    header: str
    offers: Sequence[tuple[str, str]]
    words: list[Word] = field(default_factory=list)
    more: int = 0
    rows_read: int = 0
    is_whole: bool = True

    @property
    def unmatched(self) -> int:
        return sum(1 for word in self.words if word.becomes is None)


def worded_columns(run: ImportRun) -> list[tuple[int, Column]]:
    importer = importer_for(run.resource)
    columns = [(index, importer.column(name)) for index, name in enumerate(run.mapping) if name]
    return [(index, column) for index, column in columns if column.offers]


def words_used(run: ImportRun, context: Context) -> list[Used]:
    """In the first rows of the file; matched where they are the same as ours but for case, spaces and signs."""
    found = [
        (index, Used(column, run.headers[index], column.offers(context)), dict[str, Word]())  # type: ignore[misc]
        for index, column in worded_columns(run)
    ]
    if not found:
        return []
    rows_read = 0
    with reader_of(run, beginning(run)) as reader:
        for row in islice(reader, MOST_ROWS):
            rows_read += 1
            if not row.fault and len(row.cells) == len(run.headers):
                for index, used, words in found:
                    _count(used, words, row.cells[index])
    most = min(MOST_WORDS, MOST_IN_ALL // len(found))
    for _index, used, words in found:
        used.rows_read, used.is_whole = rows_read, rows_read < MOST_ROWS
        used.words = sorted(words.values(), key=lambda word: -word.rows)[:most]
        used.more += len(words) - len(used.words)
        _match(used, context)
    return [used for _index, used, _words in found if used.words]


def _count(used: Used, words: dict[str, Word], text: str) -> None:
    for part in parts_of(used.column, text):
        key = word_key(part)
        if key in words:
            words[key].rows += 1
        elif len(words) < MOST_CHOSEN:
            words[key] = Word(part[:LONGEST_WORD], 1)


def _match(used: Used, context: Context) -> None:
    known = known_words(used.column, used.offers, context)
    chosen = context.words.get(used.column.name, {})
    for word in used.words:
        key = word_key(word.text)
        word.becomes = chosen[key] if key in chosen else known.get(key)


def known_words(column: Column, offers: Sequence[tuple[str, str]], context: Context) -> dict[str, str]:
    """By folded text: what needs no choice. A text that fits several is none of them."""
    known: dict[str, str] = {}
    several = set()
    for text, label in offers:
        for key in {word_key(text), word_key(label)}:
            if known.setdefault(key, text) != text:
                several.add(key)
    known |= context.choices.get(column.name, {})
    return {key: text for key, text in known.items() if key not in several}


def checked_words(importer: Importer, given: Mapping[str, Mapping[str, Any]], context: Context) -> Words:
    """Raises Invalid for a field whose values are not few, and for what a word cannot become."""
    return {name: _checked(importer, name, words, context) for name, words in given.items()}


def _checked(importer: Importer, name: str, words: Any, context: Context) -> dict[str, str | None]:
    column = importer.all_columns().get(name)
    if column is None or column.offers is None or not isinstance(words, Mapping):
        raise invalid_field("values", f"{name} has no list of values to choose from.", "invalid_choice")
    if len(words) > MOST_CHOSEN:
        raise invalid_field("values", f"At most {MOST_CHOSEN} values of {column.label}.", "too_many_rows")
    offered = {"", None, *(text for text, _label in column.offers(context))}
    for word, becomes in words.items():
        if (becomes is not None and not isinstance(becomes, str)) or becomes not in offered:
            message = f"“{word[:60]}” cannot become “{str(becomes)[:60]}”: {column.label} has no such value."
            raise invalid_field("values", message, "invalid_choice")
    return {word_key(word): becomes for word, becomes in words.items()}


def still_offered(importer: Importer, words: Words, context: Context) -> Words:
    """Remembered choices without those that mean what is no longer there."""
    kept = {}
    for name, chosen in words.items():
        column = importer.all_columns().get(name)
        if column is not None and column.offers is not None:
            offered = {"", None, *(text for text, _label in column.offers(context))}
            kept[name] = {key: becomes for key, becomes in chosen.items() if becomes in offered}
    return kept


def as_json(used: Used) -> dict[str, Any]:
    words = [{"value": word.text, "rows": word.rows, "becomes": word.becomes} for word in used.words]
    offers = [{"value": text, "label": label} for text, label in used.offers]
    figures = {"more": used.more, "rows_read": used.rows_read, "is_whole": used.is_whole}
    return {"field": used.column.name, "column": used.header, "values": words, "offers": offers, **figures}


def unmatched_in(found: Sequence[Used]) -> Iterator[Used]:
    return (used for used in found if used.unmatched and not used.column.makes_new)
