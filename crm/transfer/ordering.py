"""In which order rows are written where some stand on others of the same file: round by round, and no circle."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crm.core.errors import Detail

# (name of a match key, value)
Key = tuple[str, str]

UNSEEN, ON_PATH, CIRCLE = -1, -2, -3
NOBODY, SEVERAL = -1, -2
SHOWN_LINES = 6


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: any of `own` makes two rows one record, by any of `called` another row may name it.

    `above` is what it names itself; the first of these that is found counts.
    """

    line: int
    own: tuple[Key, ...]
    called: tuple[Key, ...]
    above: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """`refused` are the lines that cannot come in, with the reason; `unsure` those that name what several rows are."""

    rounds: int = 1
    refused: Mapping[int, Detail] = field(default_factory=dict)
    unsure: frozenset[int] = frozenset()
    round_by_line: bytearray = field(default_factory=bytearray)

    def round_of(self, line: int) -> int:
        return self.round_by_line[line] if line < len(self.round_by_line) else 0


AS_IN_FILE = Order()


def order_of(named: Iterable[Key], places: Iterable[Place], levels: int, first_counts: bool) -> Order:
    """`named` are the keys in the `above` of all places. Of several rows about one record the first counts or the last.

    Hashes stand for texts: a million rows take some hundred bytes each.
    """
    graph = _Graph(set(map(hash, named)), first_counts)
    for place in places:
        graph.add(place)
    return graph.order(levels)


class _Graph:
    """One node for each record; `lines` and `node_by_row` hold what each row belongs to."""

    def __init__(self, named: set[int], first_counts: bool) -> None:
        self.named, self.first_counts = named, first_counts
        self.nodes: dict[int, int] = {}
        self.called: dict[int, int] = {}
        self.wishes: dict[tuple[int, ...], int] = {(): 0}
        self.wish = array("l")
        self.lines, self.node_by_row = array("Q"), array("l")

    def add(self, place: Place) -> None:
        own = list(map(hash, place.own))
        node = next((self.nodes[key] for key in own if key in self.nodes), len(self.wish))
        if node == len(self.wish):
            self.wish.append(0)
        for key in own:
            self.nodes.setdefault(key, node)
        for key in map(hash, place.called):
            if key in self.named and self.called.setdefault(key, node) != node:
                self.called[key] = SEVERAL
        if place.above and not (self.first_counts and self.wish[node]):
            self.wish[node] = self.wishes.setdefault(tuple(map(hash, place.above)), len(self.wishes))
        self.lines.append(place.line)
        self.node_by_row.append(node)

    def order(self, levels: int) -> Order:
        meant = [self._meant(keys) for keys in self.wishes]
        above = array("l", (meant[wish] for wish in self.wish))
        depths, circles = _depths(above, levels)
        by_line = bytearray(self.lines[-1] + 1 if self.lines else 0)
        refused, unsure = self._circular(circles), set()
        for line, node in zip(self.lines, self.node_by_row, strict=True):
            by_line[line] = depth = max(depths[node], 0)
            if depth == levels:
                by_line[line], refused[line] = 0, _reason(f"A group has {levels} levels at most.", "too_deep")
            elif above[node] == SEVERAL:
                unsure.add(line)
        return Order(max(by_line, default=0) + 1, refused, frozenset(unsure), by_line)

    def _meant(self, keys: Sequence[int]) -> int:
        return next((self.called[key] for key in keys if key in self.called), NOBODY)

    def _circular(self, circles: Sequence[Sequence[int]]) -> dict[int, Detail]:
        circle_of = {node: number for number, circle in enumerate(circles) for node in circle}
        lines = defaultdict(list)
        for line, node in zip(self.lines, self.node_by_row, strict=True):
            if node in circle_of:
                lines[circle_of[node]].append(line)
        return {line: reason for found in lines.values() for reason in [_told(found)] for line in found}


def _depths(above: Sequence[int], most: int) -> tuple[Sequence[int], list[list[int]]]:
    """How many each node has above it, `most` at most; and the circles. What hangs below a circle begins anew."""
    depths, circles = array("b", [UNSEEN]) * len(above), []
    for start in range(len(above)):
        path, node = [], start
        while node >= 0 and depths[node] == UNSEEN:
            depths[node] = ON_PATH
            path.append(node)
            node = above[node]
        if node >= 0 and depths[node] == ON_PATH:
            begins = path.index(node)
            circles.append(path[begins:])
            for one in circles[-1]:
                depths[one] = CIRCLE
            del path[begins:]
        depth = depths[node] if node >= 0 else UNSEEN
        for one in reversed(path):
            depth = min(max(depth, UNSEEN) + 1, most)
            depths[one] = depth
    return depths, circles


def _told(lines: Sequence[int]) -> Detail:
    if len(lines) == 1:
        return _reason("This row names itself as its parent.", "cycle")
    shown = ", ".join(map(str, lines[:SHOWN_LINES])) + (" …" if len(lines) > SHOWN_LINES else "")
    return _reason(f"Lines {shown} name each other as parents in a circle.", "cycle")


def _reason(message: str, code: str) -> Detail:
    return {"field": "parent", "code": code, "message": message}
