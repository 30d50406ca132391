"""What happened around a record, newest first. Apps register their sources in crm.wiring."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import Any

from crm.core.actor import Actor

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind` picks the icon (note, call, stage, updated …); `url` leads to the thing itself."""

    kind: str
    at: datetime
    actor_label: str
    summary: str
    body: str = ""
    url: str = ""


Source = Callable[[Actor, Any, datetime | None, int], Iterable[Entry]]

_sources: list[Source] = []


def register_source(source: Source) -> None:
    """A source answers at most `limit` entries about a record before a moment, newest first, in one query."""
    _sources.append(source)


def timeline_of(actor: Actor, subject: Any, before: datetime | None = None, limit: int = SHOWN) -> list[Entry]:
    """The newest `limit` entries of all sources; pass the last one's `at` as `before` to read on."""
    entries = [entry for source in _sources for entry in source(actor, subject, before, limit)]
    return nlargest(limit, entries, key=lambda entry: entry.at)
