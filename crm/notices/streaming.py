"""Hints to pages that are open. One thread of a process looks into the database for all of them (docs/adr/0071).

The row is the truth: a hint that is lost costs the page the time until it looks by itself.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock, Thread
from time import monotonic, sleep
from uuid import UUID

import structlog
from django.db import connections
from django.utils import timezone

from crm.notices.models import Notification

LOOKS_EVERY = 1.0  # seconds
# A comment now and then finds out who has gone, and keeps proxies from cutting the line.
BEATS_EVERY = 20.0
# Then the page comes again, with a session that is looked at anew.
LASTS = 300.0
# How far back a look goes: longer than any transaction of ours keeps a row to itself.
WINDOW = timedelta(minutes=5)
LOOK, BEAT = b"event: look\ndata: {}\n\n", b": still here\n\n"

log = structlog.get_logger("vouch.notices")

Seen = frozenset[tuple[UUID, int]]


@dataclass(eq=False, slots=True)
class Follower:
    """One open page: an event of the loop that its answer is written in."""

    loop: asyncio.AbstractEventLoop
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.woken.set)


class Watch:
    """Who follows, and what was seen of theirs. Its thread lives while anybody follows."""

    def __init__(self) -> None:
        self._lock, self._followers = Lock(), defaultdict[UUID, set[Follower]](set)
        self._seen: dict[UUID, Seen] = {}
        self._thread: Thread | None = None

    def follow(self, person: UUID, follower: Follower) -> None:
        with self._lock:
            self._followers[person].add(follower)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="notices", daemon=True)
                self._thread.start()

    def leave(self, person: UUID, follower: Follower) -> None:
        with self._lock:
            self._followers[person].discard(follower)
            if not self._followers[person]:
                del self._followers[person]
                self._seen.pop(person, None)

    def _run(self) -> None:
        try:
            while people := self._people():
                self._look(people)
                sleep(LOOKS_EVERY)
        finally:
            connections.close_all()

    def _people(self) -> list[UUID]:
        """Empty once nobody follows; the next one to come starts another thread."""
        with self._lock:
            if not self._followers:
                self._thread = None
            return list(self._followers)

    def _look(self, people: list[UUID]) -> None:
        """A database that is away for a while is asked again."""
        try:
            found = unread_of(people)
        except Exception:
            log.exception("notices_not_seen")
            connections.close_all()
            return
        with self._lock:
            for person in people:
                before, now = self._seen.get(person), found.get(person, frozenset())
                self._seen[person] = now
                if before is not None and before != now:
                    for follower in self._followers.get(person, ()):
                        follower.wake()


def unread_of(people: Iterable[UUID]) -> dict[UUID, Seen]:
    """What is new of each: person → unread ones of the last minutes, and of how many records. One query."""
    now = timezone.now()
    rows = Notification.objects.filter(recipient__in=list(people), in_page=True).unread()
    found = defaultdict(set)
    for person, pk, count in rows.filter(shown_at__gt=now - WINDOW, shown_at__lte=now).values_list(
        "recipient", "pk", "count"
    ):
        found[person].add((pk, count))
    return {person: frozenset(seen) for person, seen in found.items()}


watch = Watch()


async def hints(person: UUID) -> AsyncIterator[bytes]:
    """Begins with a look, since something may have come between the page and the stream."""
    follower, until = Follower(asyncio.get_running_loop()), monotonic() + LASTS
    watch.follow(person, follower)
    try:
        yield LOOK
        while monotonic() < until:
            yield await _next(follower)
    finally:
        watch.leave(person, follower)


async def _next(follower: Follower) -> bytes:
    try:
        await asyncio.wait_for(follower.woken.wait(), BEATS_EVERY)
    except TimeoutError:
        return BEAT
    follower.woken.clear()
    return LOOK
