"""Search by any fragment: one folded text column per record, found by a trigram index on PostgreSQL."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from crm.core.actor import Actor
from crm.core.custom_fields.definitions import COLUMN
from crm.core.custom_fields.writing import searched_values
from crm.core.row_fields import texts_of
from crm.core.sensitive import seen_by_word, unreadable

PHONE_LIKE = re.compile(r"[\d\s()+\-./]*\d[\d\s()+\-./]*")
# Of `acme.com`, `@acme.co.uk`. Of longer ends the usual ones only: `maria.schmidt` is a part of an address, too.
DOMAIN_END = re.compile(
    r"(\.([a-z]{2,3}|info|name|shop|store|online|site|tech|cloud|agency|group|example|test)){1,2}\Z"
)
FOUND_BY_INDEX = re.compile(r"[^\W_]{3}")
SHORTEST_FRAGMENT, TRIGRAM = 2, 3
MOST_WORDS = 8


def fold(text: str) -> str:
    """Case, accents and width do not matter when searching: `Müller GmbH` is found by `muller`."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def fragment_of(query: str) -> str:
    """What to look for; a phone number loses its punctuation and leading zeros, since E.164 has neither."""
    query = query.replace("\x00", "").strip()
    digits = re.sub(r"\D", "", query) if PHONE_LIKE.fullmatch(query) else ""
    return digits.lstrip("0") if len(digits) >= 4 else fold(query)


def words_of(query: str) -> list[str]:
    """The fragments that all have to be there; a phone number is one, however it is grouped."""
    fragment = fragment_of(query)
    return [fragment] if PHONE_LIKE.fullmatch(query.strip() or "x") else fragment.split()[:MOST_WORDS]


def search_text_of(title: str, texts: Iterable[str]) -> str:
    title = " ".join(title.split())
    return fold("\n".join([title, *(text for text in texts if f" {text} " not in f" {title} ")]))


class Searchable(models.Model):
    """Keeps `search_text` in step with SEARCH_FIELDS on each save; bulk writers call `refresh_search_text`.

    Its first line is the title, `str(record)`; nothing sensitive may stand in one.
    """

    search_text = models.TextField(default="", editable=False)

    SEARCH_FIELDS: ClassVar[tuple[str, ...]]

    class Meta:
        abstract = True

    def refresh_search_text(self) -> None:
        self.search_text = search_text_of(str(self), (text for _name, text in searched_texts(self)))

    def more_searched(self) -> Iterable[tuple[str, str]]:
        """(field, text) of other forms in which somebody may look for a value."""
        return ()

    def save(self, *args: Any, **kwargs: Any) -> None:
        changed = kwargs.get("update_fields")
        if changed is None or {*self.SEARCH_FIELDS, COLUMN}.intersection(changed):
            self.refresh_search_text()
            if changed is not None:
                kwargs["update_fields"] = [*changed, "search_text"]
        super().save(*args, **kwargs)


def searched_texts(record: Any) -> Iterator[tuple[str, str]]:
    """(field, text) of whatever the record is found by."""
    for name in record.SEARCH_FIELDS:
        if value := getattr(record, name):
            yield from ((name, text) for text in texts_of(value))
    yield from record.more_searched()
    yield from searched_values(record)


def matching(rows: models.QuerySet[Any], query: str, actor: Actor) -> models.QuerySet[Any]:
    """Rows whose search text holds every word of the query, found by no field that the actor may not read."""
    words = words_of(query)
    return seen(rows.filter(holds_all(words)), words, actor)


def seen(rows: models.QuerySet[Any], words: Iterable[str], actor: Actor) -> models.QuerySet[Any]:
    """Those of the rows that no word finds by a hidden field alone."""
    if hidden := unreadable(actor, rows.model).intersection(rows.model.SEARCH_FIELDS):
        for word in words:
            rows = rows.filter(seen_by_word(rows.model, hidden, word, _in_field))
    return rows


def _in_field(name: str, word: str) -> Q:
    if len(word) >= TRIGRAM:
        return Q(**{f"{name}__icontains": word})
    return Q(**{f"{name}__istartswith": word}) | Q(**{f"{name}__icontains": f" {word}"})


def holds_all(words: Iterable[str]) -> Q:
    return reduce(and_, map(holds, words), Q())


def holds(word: str) -> Q:
    """Anywhere in the text; one or two letters at the start of a word, since a trigram index needs three signs.

    The index is not asked for the end of a domain, which nearly every address has: it would be read as a whole.
    """
    host = DOMAIN_END.sub("", word)
    if host != word and FOUND_BY_INDEX.search(host):
        return Q(search_text__contains=host) & Q(GreaterThan(StrIndex("search_text", Value(word)), 0))
    if len(word) >= TRIGRAM:
        return Q(search_text__contains=word)
    return Q(search_text__startswith=word) | Q(search_text__contains=f" {word}") | Q(search_text__contains=f"\n{word}")
