"""Which rows a search shows: what holds the words, or else what holds them but for a slip. Best first, and few."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.core.actor import Actor
from crm.core.search_candidates import MOST, Candidate, among, among_common, beginning_with
from crm.core.search_ranking import corrected, rank
from crm.core.searching import holding, holds
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
    bound = max(MOST, most)
    begin = beginning_with(" ".join(words), rows, bound)
    rest = {kind: holding(some, words, actor, holds) for kind, some in rows.items() if len(begin.get(kind, ())) < most}
    elsewhere = among_common(rest, bound, max(MOST // 2, most)) if len(words) == 1 else among(rest, bound)
    return {kind: _ordered([*begin.get(kind, ()), *elsewhere.get(kind, ())], words) for kind in rows}


def similar(rows: Mapping[K, QuerySet[Any]], words: list[str], actor: Actor, most: int) -> dict[K, list[Found]]:
    """Each word as it is, or one slip away in the title."""
    words = [part for word in words for part in _parts(word)]
    if not any(map(may_slip, words)):
        return {}
    close = {kind: holding(some, words, actor, _holds_or_slips) for kind, some in rows.items()}
    found = among(close, max(MOST, most), whole=True)
    return {kind: _corrected(some, words) for kind, some in found.items()}


def _parts(word: str) -> list[str]:
    """`müller-schmidt` is two words where each of them is one; `petrov.ex` stays a fragment."""
    parts = split_words(word)
    return parts if parts and all(map(may_slip, parts)) else [word]


def _holds_or_slips(word: str) -> Q:
    return holds(word) | Q(search_text__slipped=word) if may_slip(word) else holds(word)


def _ordered(candidates: list[Candidate], words: list[str]) -> list[Found]:
    return sorted({_found(one, words) for one in candidates})


def _corrected(candidates: list[Candidate], words: list[str]) -> list[Found]:
    return sorted(_found(one, spelt) for one in candidates if (spelt := corrected(one.text, words)))


def _found(one: Candidate, words: list[str]) -> Found:
    title = one.text.partition("\n")[0]
    return Found(rank(title, words), title, one.id, tuple(words))
