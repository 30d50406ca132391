"""What an entry was made from: when that changes, all entries under the tag are void, in every process at once.

A tag has a version in the cache. An entry remembers the versions from before it was made, so that one which was made
from what has changed meanwhile is void from the start.
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction

from crm.core.caching.lifetimes import TAGS_LIVE
from crm.core.ids import uuid7

# Tags that something is cached under; nobody is told of a change of anything else.
_in_use: set[str] = set()
# What changed while Redis was away is made void in it as soon as it is back.
_missed: set[str] = set()


def uses_tags(*tags: str) -> tuple[str, ...]:
    """Names of models in lower case, or what one likes. Said where the cached thing is defined."""
    _in_use.update(tags)
    return tags


def key_of_tag(tag: str) -> str:
    return f"tag:{tag}"


def versions(tags: Collection[str], found: Mapping[str, Any]) -> tuple[str, ...]:
    """By what was just read of the cache; a tag that is missing gets a version nobody ever had."""
    return tuple(found.get(key_of_tag(tag)) or _first_version(key_of_tag(tag)) for tag in tags)


def _first_version(key: str) -> str:
    cache.add(key, uuid7().hex, TAGS_LIVE)
    return str(cache.get(key) or "")


def invalidate(*tags: str) -> None:
    """At once: for what is no part of a transaction."""
    for tag in tags:
        cache.set(key_of_tag(tag), uuid7().hex, TAGS_LIVE)
    if tags and not is_shared():
        _missed.update(tags)


def invalidate_on_commit(*tags: str) -> None:
    """Once the change can be seen, and never before: an entry made in between would hold what was before it."""
    if used := _in_use.intersection(tags):
        transaction.on_commit(partial(invalidate, *sorted(used)), robust=True)


def make_up_for_missed() -> None:
    while _missed and is_shared():
        invalidate(_missed.pop())


def is_shared() -> bool:
    """What is stored now is seen by the other processes, too."""
    return bool(getattr(cache, "is_shared", False))
