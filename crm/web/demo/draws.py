"""Repeatable chance: what is drawn for the n-th record of a kind depends on the seed, the kind and n alone."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

T = TypeVar("T")

FIRST_MOMENT_MS = 1_735_689_600_000  # 2025-01-01: ids are the same whenever they are made
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Draws:
    """`now` is what every moment is relative to."""

    seed: int
    now: datetime

    def chance(self, kind: str, index: int) -> random.Random:
        return random.Random(int.from_bytes(self._digest(kind, index), "big"))  # noqa: S311  # nosec B311  # demo data

    def id(self, kind: str, index: int) -> UUID:
        """UUIDv7 whose clock counts records, so that rows arrive in the order of their ids."""
        chance = int.from_bytes(self._digest(f"id:{kind}", index), "big")
        moment = FIRST_MOMENT_MS + index
        number = moment << 80 | 0x7 << 76 | (chance >> 68 & 0xFFF) << 64 | 0b10 << 62 | chance & (1 << 62) - 1
        return UUID(int=number)

    def _digest(self, kind: str, index: int) -> bytes:
        return hashlib.blake2b(f"{self.seed}:{kind}:{index}".encode(), digest_size=10).digest()

    def moment(self, chance: random.Random, within: timedelta = YEAR) -> datetime:
        """In the past, within office hours (UTC), so that charts and trails look lived in."""
        day = self.now - timedelta(days=chance.randrange(1, max(2, within.days)))
        return day.replace(hour=chance.randrange(7, 18), minute=chance.randrange(60), second=chance.randrange(60))


def weighted(chance: random.Random, choices: dict[Any, int]) -> Any:
    return chance.choices(tuple(choices), tuple(choices.values()))[0]


def permuted(index: int, seed: int, size: int) -> int:
    """A different number below `size` for each index below it; 7,368,787 is prime."""
    return (index * 7_368_787 + seed * 31) % size


def spread(options: Sequence[T], index: int) -> T:
    return options[index % len(options)]
