"""Search by any fragment: one folded text column per record, found by a trigram index on PostgreSQL."""

import re
import unicodedata
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from crm.core.actor import Actor
from crm.core.sensitive import seen_by_word, unreadable

PHONE_LIKE = re.compile(r"[\d\s()+\-./]*\d[\d\s()+\-./]*")
SHORTEST_FRAGMENT, TRIGRAM = 2, 3


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


class Searchable(models.Model):
    """Keeps `search_text` in step with SEARCH_FIELDS on each save; bulk writers call `refresh_search_text`."""

    search_text = models.TextField(default="", editable=False)

    SEARCH_FIELDS: ClassVar[tuple[str, ...]]

    class Meta:
        abstract = True

    def refresh_search_text(self) -> None:
        self.search_text = fold("\n".join(str(value) for name in self.SEARCH_FIELDS if (value := getattr(self, name))))

    def save(self, *args: Any, **kwargs: Any) -> None:
        changed = kwargs.get("update_fields")
        if changed is None or set(self.SEARCH_FIELDS).intersection(changed):
            self.refresh_search_text()
            if changed is not None:
                kwargs["update_fields"] = [*changed, "search_text"]
        super().save(*args, **kwargs)


def matching(rows: models.QuerySet[Any], query: str, actor: Actor) -> models.QuerySet[Any]:
    """Rows whose search text holds every word of the query, found by no field that the actor may not read."""
    hidden = unreadable(actor, rows.model).intersection(rows.model.SEARCH_FIELDS)
    words = [fragment_of(query)] if PHONE_LIKE.fullmatch(query.strip() or "x") else fragment_of(query).split()
    for word in words[:8]:
        rows = rows.filter(_holds(word))
        if hidden:
            rows = rows.filter(seen_by_word(rows.model, hidden, word, _in_field))
    return rows


def _in_field(name: str, word: str) -> Q:
    if len(word) >= TRIGRAM:
        return Q(**{f"{name}__icontains": word})
    return Q(**{f"{name}__istartswith": word}) | Q(**{f"{name}__icontains": f" {word}"})


def _holds(word: str) -> Q:
    """Anywhere in the text; one or two letters at the start of a word, since a trigram index needs three signs."""
    if len(word) >= TRIGRAM:
        return Q(search_text__contains=word)
    return Q(search_text__startswith=word) | Q(search_text__contains=f" {word}") | Q(search_text__contains=f"\n{word}")
