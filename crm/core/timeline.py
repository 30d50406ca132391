"""What happened around a record, newest first. Apps register their sources in crm.wiring."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from crm.core.actor import Actor
from crm.core.errors import BadRequest

SHOWN = 20
LOGGED = ("note", "call", "email", "meeting", "task")
CHANGES = "changes"
KINDS = (*LOGGED, CHANGES)


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind` picks the icon (note, call, stage, updated …); `url` leads to the thing itself.

    `manage_url` answers edit, pin and delete for an entry that can be changed in place.
    """

    kind: str
    at: datetime
    actor_label: str
    summary: str
    body: str = ""
    url: str = ""
    id: str = ""
    manage_url: str = ""
    pinned: bool = False
    # `body` as safe HTML, where it was written in Markdown; and what is said beside it, as (status, label).
    markup: str = ""
    marks: tuple[tuple[str, str], ...] = ()

    def is_of(self, kind: str) -> bool:
        """Whether the filter `kind` keeps it: one of LOGGED, `changes` for the rest, or "" for all."""
        return not kind or (self.kind not in LOGGED if kind == CHANGES else self.kind == kind)


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """`next_before` reads on; None at the beginning of the record."""

    entries: list[Entry]
    next_before: datetime | None


Source = Callable[[Actor, Any, datetime | None, int], Iterable[Entry]]

_sources: dict[Source, frozenset[str]] = {}
_next_steps: list[Callable[[Actor, Any], Entry | None]] = []


def register_source(source: Source, kinds: Iterable[str] = ()) -> None:
    """A source answers at most `limit` entries about a record before a moment, newest first, in one query.

    `kinds` says which filters it can serve; without, it is asked for all of them.
    """
    _sources[source] = frozenset(kinds)


def register_next_step(source: Callable[[Actor, Any], Entry | None]) -> None:
    """A source answers the nearest planned activity of a record, in one query."""
    if source not in _next_steps:
        _next_steps.append(source)


def next_step_of(actor: Actor, subject: Any) -> Entry | None:
    """What is planned next around a record."""
    planned = [step for source in _next_steps if (step := source(actor, subject))]
    return min(planned, key=lambda entry: entry.at, default=None)


def timeline_of(actor: Actor, subject: Any, before: datetime | None = None, limit: int = SHOWN) -> list[Entry]:
    """The newest entries of all sources; pass the last one's `at` as `before` to read on."""
    return timeline_page(actor, subject, before, limit=limit).entries


def timeline_page(
    actor: Actor, subject: Any, before: datetime | None = None, kind: str = "", limit: int = SHOWN
) -> TimelinePage:
    """About `limit` entries of one kind or all; what happened in the same instant stays together.

    A filtered source is read several pages at once, since it may mix kinds.
    """
    entries: list[Entry] = []
    exhausted = True
    reached: list[datetime] = []
    for source, kinds in _sources.items():
        if kind and kinds and kind not in kinds:
            continue
        depth = limit * 5 if kind and len(kinds) != 1 else limit
        found = list(source(actor, subject, before, depth + 1))
        if len(found) > depth:
            exhausted = False
            reached.append(found[-1].at)
        entries += found
    # Older entries than the last one of a source that has more may be missing, so the page ends there.
    horizon = max(reached, default=None)
    kept = [entry for entry in entries if entry.is_of(kind) and (horizon is None or entry.at > horizon)]
    kept.sort(key=lambda entry: entry.at, reverse=True)
    page = _whole_instants(kept, limit)
    if len(page) < len(kept):
        return TimelinePage(page, page[-1].at)
    return TimelinePage(page, None if exhausted else _just_after(horizon))


def _whole_instants(entries: list[Entry], limit: int) -> list[Entry]:
    end = limit
    while limit and end < len(entries) and entries[end].at == entries[end - 1].at:
        end += 1
    return entries[:end]


def _just_after(moment: datetime | None) -> datetime | None:
    """`before` is exclusive, and the horizon itself is still to be read."""
    return moment + timedelta(microseconds=1) if moment else None


def moment_in(params: Any) -> datetime | None:
    """Raises BadRequest for a `before` that is not a moment with a zone."""
    text = params.get("before", "")
    if not text:
        return None
    try:
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or not is_aware(moment):
        raise BadRequest("before is a moment such as 2026-03-01T09:00:00Z.", code="invalid_parameter")
    return moment


def kind_in(params: Any) -> str:
    """Raises BadRequest for a kind that is not in KINDS."""
    kind = params.get("kind", "")
    if kind and kind not in KINDS:
        raise BadRequest(f"kind is one of: {', '.join(KINDS)}.", code="invalid_parameter")
    return str(kind)
