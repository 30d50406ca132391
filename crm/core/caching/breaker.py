"""After a failure Redis is left alone for some seconds, so that an outage costs one time-out and not one each."""

import time
from collections.abc import Callable
from functools import cache
from threading import Lock

import structlog

SECONDS = 5

log = structlog.get_logger("crm.redis")


_told_of_trips: list[Callable[[], None]] = []


def tell_of_trips(tell: Callable[[], None]) -> None:
    """Called by crm.wiring only: settings load this, before anything may count (crm/core/metrics_files.py)."""
    _told_of_trips.append(tell)


class Breaker:
    """`failures` and `trips` since the start of this process; `is_closed` while Redis is asked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock, self._open_until = clock, Lock(), 0.0
        self.failures = self.trips = 0

    @property
    def is_closed(self) -> bool:
        return self._clock() >= self._open_until

    def allows(self) -> bool:
        """When the time is up one caller tries, and the others go on without until it has come back."""
        with self._lock:
            if not self._open_until:
                return True
            if self._clock() < self._open_until:
                return False
            self._open_until = self._clock() + SECONDS
            return True

    def failed(self, error: Exception) -> None:
        with self._lock:
            self.failures += 1
            if not self._open_until:
                self.trips += 1
                for tell in _told_of_trips:
                    tell()
            self._open_until = self._clock() + SECONDS
        log.error("redis_failed", error=type(error).__name__)

    def succeeded(self) -> None:
        if self._open_until:
            with self._lock:
                self._open_until = 0.0


@cache
def breaker_of(url: str) -> Breaker:
    """One for all of this process that ask the same server."""
    return Breaker()
