"""Which rows a search shows: what holds the words, or else what holds them but for a slip. Best first, and few."""

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import and_, or_
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.core.actor import Actor
from crm.core.search_candidates import MOST, Candidate, Scope, among, among_common, beginning_with, scopes_of
from crm.core.search_ranking import corrected, rank
from crm.core.searching import holds, holds_all, seen
from crm.core.slips import may_slip, split_words

K = TypeVar("K")


class Found(NamedTuple):
    """In order, best first. `words` are those of the query, as the record spells them."""

    rank: int
    title: str
    id: UUID
    words: tuple[str, ...]


def exact(rows: Mapping[K, QuerySet[Any]], words: list[str], actor: Actor, most: int) -> dict[K, list[Found]]:
    """Up to `most` of each kind, or more. What begins with the words is looked for first, and alone if it is enough."""
    bound, held = max(MOST, most), holds_all(words)
    scopes = _scopes(rows, words, actor)
    begin = beginning_with(" ".join(words), scopes, bound)
    rest = {kind: scope for kind, scope in scopes.items() if len(begin.get(kind, ())) < most}
    enough = max(MOST // 2, most)
    elsewhere = among_common(rest, held, bound, enough) if len(words) == 1 else among(rest, held, bound)
    return {kind: _ordered([*begin.get(kind, ()), *elsewhere.get(kind, ())], words) for kind in rows}


def similar(rows: Mapping[K, QuerySet[Any]], words: list[str], actor: Actor, most: int) -> dict[K, list[Found]]:
    """One word is a slip away in the title and the others as they are or, where there is none, each may be (ADR 95)."""
    words = [part for word in words for part in _parts(word)]
    if not any(map(may_slip, words)):
        return {}
    scopes = _scopes(rows, words, actor)
    for condition in _slips(words):
        found = among(scopes, condition, max(MOST, most), whole=True)
        spelt = {kind: _corrected(some, words) for kind, some in found.items()}
        if any(spelt.values()):
            return spelt
    return {}


def _scopes(rows: Mapping[K, QuerySet[Any]], words: list[str], actor: Actor) -> dict[K, Scope]:
    return scopes_of({kind: seen(some, words, actor) for kind, some in rows.items()})


def _parts(word: str) -> list[str]:
    """`müller-schmidt` is two words where each of them is one; `petrov.ex` stays a fragment."""
    parts = split_words(word)
    return parts if parts and all(map(may_slip, parts)) else [word]


def _slips(words: list[str]) -> Iterator[Q]:
    """At least one of the words may be misspelt."""
    which = [place for place, word in enumerate(words) if may_slip(word)]
    yield reduce(or_, (_slip(words[at]) & holds_all(words[:at] + words[at + 1 :]) for at in which))
    if len(which) > 1:
        yield reduce(and_, (holds(word) | _slip(word) if may_slip(word) else holds(word) for word in words))


def _slip(word: str) -> Q:
    return Q(search_text__slipped=word)


def _ordered(candidates: list[Candidate], words: list[str]) -> list[Found]:
    return sorted({_found(one, words) for one in candidates})


def _corrected(candidates: list[Candidate], words: list[str]) -> list[Found]:
    return sorted(_found(one, spelt) for one in candidates if (spelt := corrected(one.text, words)))


def _found(one: Candidate, words: list[str]) -> Found:
    title = one.text.partition("\n")[0]
    return Found(rank(title, words), title, one.id, tuple(words))
