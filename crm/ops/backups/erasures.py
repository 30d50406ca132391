"""Erasures of people outlive a restore. Who was erased is known to a higher floor, which registers itself here."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from crm.core.actor import Actor

# Every erasure as one line of keyed hashes; erasing again whoever those lines tell of, which answers how many.
Tombstones = Callable[[], Iterable[dict[str, Any]]]
Again = Callable[[Actor, Iterable[dict[str, Any]]], int]

_tombstones: list[Tombstones] = []
_again: list[Again] = []


def erase_again_with(lines: Tombstones, again: Again) -> None:
    """Called by crm.wiring only."""
    _tombstones[:], _again[:] = [lines], [again]


def tombstones() -> Iterator[dict[str, Any]]:
    for lines in _tombstones:
        yield from lines()


def erase_again(actor: Actor, lines: Iterable[dict[str, Any]]) -> int:
    """How many records were erased again."""
    known = list(lines)
    return sum(again(actor, known) for again in _again)
