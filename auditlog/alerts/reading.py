"""How many records somebody is shown, counted in memory and written once a minute (SEC-8, bulk reads off hours).

A process that is killed loses the counts of its last minute.
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from threading import Lock
from uuid import UUID

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from auditlog.alerts.people import zone_of
from auditlog.models import ReadVolume
from crm.core.actor import Actor
from crm.core.later import later

EVERY_SECONDS = 60
KEPT = timedelta(days=35)

log = structlog.get_logger("vouch.reading")


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of one person, by the clock of their own time zone."""

    person_id: UUID
    label: str
    team_id: UUID | None
    day: date
    hour: int


class Tally:
    """What this process has not written yet."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[Hour] = Counter()
        self._taken_at = time.monotonic()

    def add(self, hour: Hour, rows: int) -> None:
        with self._lock:
            self._counts[hour] += rows

    def take(self) -> dict[Hour, int]:
        with self._lock:
            taken, self._counts, self._taken_at = dict(self._counts), Counter(), time.monotonic()
        return taken

    def is_due(self) -> bool:
        return time.monotonic() - self._taken_at >= EVERY_SECONDS

    def forget(self) -> None:
        self.take()


tally = Tally()


def rows_read(actor: Actor, rows: int) -> None:
    """Told by lists. The time zone in force is that of the person who asks."""
    if actor.id is not None and rows:
        _count(actor.id, actor.label, actor.home_team_id, rows, timezone.localtime())


def rows_exported(person_id: UUID, label: str, team_id: UUID | None, rows: int) -> None:
    """Told by exports, also by those that run behind, where nobody's time zone is in force."""
    if rows:
        _count(person_id, label, team_id, rows, timezone.localtime(timezone=zone_of(person_id)))


def _count(person_id: UUID, label: str, team_id: UUID | None, rows: int, now: datetime) -> None:
    tally.add(Hour(person_id, label[:255], team_id, now.date(), now.hour), rows)
    if tally.is_due():
        later(partial(_write_all, tally.take(), timezone.now()))


def write_volumes(at: datetime | None = None) -> None:
    """What waits in this process, whether or not the minute is over."""
    _write_all(tally.take(), at or timezone.now())


def _write_all(volumes: Mapping[Hour, int], at: datetime) -> None:
    """What cannot be written is logged: reading goes on."""
    try:
        for hour, rows in volumes.items():
            _write(hour, rows, at)
    except DatabaseError as error:
        log.error("read_volume_not_written", exc_info=error)


@transaction.atomic
def _write(hour: Hour, rows: int, at: datetime) -> None:
    key = {"person_id": hour.person_id, "day": hour.day, "hour": hour.hour}
    new = ReadVolume(**key, person_label=hour.label, team_id=hour.team_id, updated_at=at)
    ReadVolume.objects.bulk_create([new], ignore_conflicts=True)
    ReadVolume.objects.filter(**key).update(rows=F("rows") + rows, updated_at=at)


def purge_volumes(at: datetime) -> int:
    return ReadVolume.objects.filter(updated_at__lt=at - KEPT).delete()[0]
