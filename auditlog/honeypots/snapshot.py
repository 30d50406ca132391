"""The bans as this process knows them: read at most once in REFRESH_SECONDS, so that asking costs no query.

A ban or its end acts at once in the process that wrote it, and within REFRESH_SECONDS in every other, with or without
Redis. While the database is away the last known bans go on.
"""

import time
from datetime import datetime, timedelta
from threading import Lock

import structlog
from django.db import DatabaseError
from django.utils import timezone

from auditlog.models import AddressBan

REFRESH_SECONDS = 5
# What a slow transaction, or a clock that is behind, writes with an older time than what was read before it.
OVERLAP = timedelta(minutes=2)

log = structlog.get_logger("vouch.bans")


class Snapshot:
    """Network → until when it is banned. After the first time only what has changed since is read."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        self._until: dict[str, datetime] = {}
        self._changed_after: datetime | None = None
        self._read_at = float("-inf")

    def expire(self) -> None:
        """The next question reads again."""
        self._read_at = float("-inf")

    def is_banned(self, network: str) -> bool:
        if time.monotonic() - self._read_at >= REFRESH_SECONDS:
            self._refresh()
        until = self._until.get(network)
        return until is not None and until > timezone.now()

    def _refresh(self) -> None:
        """One thread reads; the others go on with what is known."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._read()
        except DatabaseError as error:
            log.error("bans_not_read", exc_info=error)
        finally:
            self._read_at = time.monotonic()
            self._lock.release()

    def _read(self) -> None:
        now = timezone.now()
        rows = AddressBan.objects.all()
        rows = rows.filter(updated_at__gt=self._changed_after) if self._changed_after else rows.acting(now)
        self._until |= dict(rows.values_list("network", "until"))
        self._until = {network: until for network, until in self._until.items() if until > now}
        self._changed_after = now - OVERLAP


snapshot = Snapshot()
