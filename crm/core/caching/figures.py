"""How often the cache had what was asked for: of this process since its start, by kind of entry."""

from collections import Counter
from dataclasses import dataclass
from threading import Lock

from crm.core.metrics import cache_read

# Of so few reads a ratio says nothing.
FEWEST_READS = 1000


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

    def is_poor(self, least: float) -> bool:
        return self.hits + self.stale + self.misses >= FEWEST_READS and (self.hit_ratio or 0.0) < least


# Which of Figures' names are reads, and whether there was something to show.
READS = {"hits": True, "stale": True, "misses": False}
_counts: Counter[tuple[str, str]] = Counter()
_lock = Lock()


def count(kind: str, what: str) -> None:
    """`what` is one of Figures' names."""
    with _lock:
        _counts[kind, what] += 1
    if what in READS:
        cache_read(READS[what])


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
