"""What pages and services keep for a while: made once, however many ask, and void when what it was made from changes.

Never for what opens a door (tokens, sessions, keys, rights): those are read from the database each time. What differs
between people carries `scope_of` in its key.
"""

import hashlib
import time
from collections.abc import Callable, Collection
from typing import Any, NamedTuple, TypeVar

from django.core.cache import cache
from django.db import connection

from crm.core.actor import Actor
from crm.core.caching.figures import count
from crm.core.caching.lifetimes import ALONE, GRACE, Lifetime
from crm.core.caching.tags import is_shared, key_of_tag, make_up_for_missed, versions
from crm.core.ids import uuid7
from crm.core.permissions import Reach

T = TypeVar("T")
MAKING_TAKES = 30  # seconds at most; then somebody else may try
WAITS, LOOKS_EVERY = 3.0, 0.02  # seconds


class Key(NamedTuple):
    """`kind` is what it is, for the figures; `name` tells one from another."""

    kind: str
    name: str

    @classmethod
    def of(cls, kind: str, *parts: object) -> "Key":
        return cls(kind, hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:40])

    def __str__(self) -> str:
        return f"cached:{self.kind}:{self.name}"


class Entry(NamedTuple):
    value: Any
    versions: tuple[str, ...]
    fresh_until: float


class Found(NamedTuple):
    """`entry` is void where the versions differ, which are those of before it is made anew."""

    entry: Entry | None
    versions: tuple[str, ...]

    @property
    def is_fresh(self) -> bool:
        return self.entry is not None and time.time() < self.entry.fresh_until


def scope_of(actor: Actor, *permissions: str) -> str:
    """The same for all who see the same rows by these rights: everybody, members of the same teams, or one person."""
    parts = []
    for permission in permissions:
        reach = actor.reach(permission)
        teams = "-".join(sorted(map(str, actor.team_ids))) if reach in (Reach.TEAM, Reach.OWN) else ""
        parts.append(f"{reach.name}:{teams}:{actor.id if reach is Reach.OWN else ''}")
    return ";".join(parts)


def get(key: Key, default: Any = None, tags: Collection[str] = ()) -> Any:
    """With the tags it was stored under."""
    found = _look(key, tags)
    count(key.kind, "hits" if found.is_fresh else "misses")
    return found.entry.value if found.entry and found.is_fresh else default


def exists(key: Key, tags: Collection[str] = ()) -> bool:
    return _look(key, tags).is_fresh


def put(key: Key, value: Any, lifetime: Lifetime, tags: Collection[str] = ()) -> None:
    _store(key, value, lifetime, _look(key, tags).versions)


def delete(key: Key) -> None:
    cache.delete(str(key))


def increment(key: Key, lifetime: Lifetime, by: int = 1) -> int:
    """A counter that begins at 0 and ends with its lifetime; not to be read by `get`."""
    cache.add(f"{key}:count", 0, lifetime)
    return int(cache.incr(f"{key}:count", by))


def get_or_set(key: Key, make: Callable[[], T], lifetime: Lifetime, tags: Collection[str] = ()) -> T:
    """What is past its end is shown while one of those who ask makes it anew; without any the others wait for that one.

    Inside a transaction it is made and not stored: it may hold what will never be committed.
    """
    if connection.in_atomic_block:
        return make()
    found = _look(key, tags)
    if found.entry and found.is_fresh:
        count(key.kind, "hits")
        return found.entry.value  # type: ignore[no-any-return]
    token = uuid7().hex
    if _is_first(key, token):
        count(key.kind, "misses")
        return _make(key, make, lifetime, found.versions, token)
    if found.entry:
        count(key.kind, "stale")
        return found.entry.value  # type: ignore[no-any-return]
    return _wait(key, make, lifetime, tags)


def _is_first(key: Key, token: str) -> bool:
    """Of all threads of all processes."""
    return bool(cache.add(f"{key}:making", token, MAKING_TAKES))


def _make(key: Key, make: Callable[[], T], lifetime: Lifetime, before: tuple[str, ...], token: str) -> T:
    try:
        value = make()
        count(key.kind, "computed")
        _store(key, value, lifetime, before)
        return value
    finally:
        if cache.get(f"{key}:making") == token:
            cache.delete(f"{key}:making")


def _wait(key: Key, make: Callable[[], T], lifetime: Lifetime, tags: Collection[str]) -> T:
    """For whoever makes it; where that one failed the next one tries, and past three seconds everybody makes it."""
    end = time.monotonic() + WAITS
    while time.monotonic() < end:
        time.sleep(LOOKS_EVERY)
        is_over = not cache.has_key(f"{key}:making")
        found = _look(key, tags)
        if found.entry and found.is_fresh:
            count(key.kind, "hits")
            return found.entry.value  # type: ignore[no-any-return]
        if is_over:
            return get_or_set(key, make, lifetime, tags)
    count(key.kind, "misses")
    return _make(key, make, lifetime, found.versions, uuid7().hex)


def _look(key: Key, tags: Collection[str]) -> Found:
    make_up_for_missed()
    rows = cache.get_many([str(key), *map(key_of_tag, tags)])
    now = versions(tags, rows)
    kept = rows.get(str(key))
    entry = Entry(*kept) if kept is not None else None
    return Found(entry if entry and entry.versions == now else None, now)


def _store(key: Key, value: Any, lifetime: int, before: tuple[str, ...]) -> None:
    seconds = lifetime if is_shared() else min(lifetime, ALONE)
    cache.set(str(key), tuple(Entry(value, before, time.time() + seconds)), seconds + min(seconds, GRACE))
