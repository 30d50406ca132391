"""Which pairs are looked at at all: those that share a key. The work grows with the records, not with their square."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from customers.matching.traits import Traits

# Within a block each record is compared with so many that follow it in the order of names: a block of ten thousand
# (one switchboard, one box for all) costs ten thousand times this.
WINDOW = 12
VOWELS = re.compile(r"[aeiouy]")
TWICE = re.compile(r"(.)\1+")


def keys_of(one: Traits) -> Iterator[str]:
    """What two records have in common if they are the same, spelling mistakes in the name allowed for."""
    if one.email:
        yield f"e{one.email}"
    if one.domain:
        yield f"d{one.domain}"
    for phone in one.phones:
        yield f"p{phone}"
    for number in one.numbers:
        yield f"i{number}"
    if one.words:
        yield f"n{skeleton(one.name)}"


def skeleton(name: str) -> str:
    """`meier`, `meyer` and `maier` → `m r`: first letters stay, vowels and doubled letters go."""
    return "".join(TWICE.sub(r"\1", word[0] + VOWELS.sub("", word[1:])) for word in name.split())


def pairs(records: Sequence[Traits]) -> Iterable[tuple[Traits, Traits]]:
    """Each pair once, the smaller id first."""
    seen: set[tuple[int, int]] = set()
    for block in blocks(records):
        block.sort(key=lambda index: (records[index].name, records[index].pk))
        for place, left in enumerate(block):
            for right in block[place + 1 : place + 1 + WINDOW]:
                pair = (left, right) if left < right else (right, left)
                if pair not in seen:
                    seen.add(pair)
                    one, other = records[left], records[right]
                    yield (one, other) if one.pk < other.pk else (other, one)


def blocks(records: Sequence[Traits]) -> Iterator[list[int]]:
    """Only keys that more than one record has are kept as lists, which is what fits into the memory."""
    first: dict[str, int] = {}
    shared: dict[str, list[int]] = defaultdict(list)
    for index, one in enumerate(records):
        for key in keys_of(one):
            if key in shared:
                shared[key].append(index)
            elif key in first:
                shared[key] = [first.pop(key), index]
            else:
                first[key] = index
    yield from shared.values()
