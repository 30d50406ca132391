"""How often the cache had what was asked for: of this process since its start, by kind of entry."""

from collections import Counter
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Figures:
    """`stale` ones were past their end and still shown, which counts as found; `computed` is what was made anew."""

    hits: int
    misses: int
    stale: int
    computed: int

    @property
    def hit_ratio(self) -> float | None:
        """Of 0 to 1; None before anything was asked."""
        asked = self.hits + self.stale + self.misses
        return round((self.hits + self.stale) / asked, 4) if asked else None


_counts: Counter[tuple[str, str]] = Counter()
_lock = Lock()


def count(kind: str, what: str) -> None:
    """`what` is one of Figures' names."""
    with _lock:
        _counts[kind, what] += 1


def figures(kind: str = "") -> Figures:
    """Of one kind, or of all together."""
    with _lock:
        found = Counter[str]()
        for (one, what), number in _counts.items():
            found[what] += number if kind in ("", one) else 0
    return Figures(found["hits"], found["misses"], found["stale"], found["computed"])


def kinds() -> list[str]:
    with _lock:
        return sorted({kind for kind, _ in _counts})
