"""When a key was last used and how often: counted in memory, written at most once a minute.

A process that is killed loses the counts of its last minute; when a key was last used is never older than a minute.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from threading import Lock
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.apikeys.ending import report
from accounts.models import ApiKey, ApiKeyUse
from auditlog.models import Severity
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.later import later
from crm.core.networks import network_of
from crm.core.requests import CrmRequest

MINUTE = timedelta(minutes=1)
QUIET_SECONDS = 3600

log = structlog.get_logger("vouch.api_keys")


class Tally:
    """Uses of this process that are not written yet."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[UUID, date]] = Counter()
        self._written_at: datetime | None = None

    def add(self, key_id: UUID, day: date) -> None:
        with self._lock:
            self._counts[key_id, day] += 1

    def take_if_due(self, at: datetime) -> dict[tuple[UUID, date], int]:
        """What is to be written now: nothing within a minute of the last time."""
        if not self._counts or (self._written_at is not None and at - self._written_at < MINUTE):
            return {}
        with self._lock:
            due, self._counts, self._written_at = dict(self._counts), Counter(), at
        return due

    def forget(self) -> None:
        with self._lock:
            self._counts, self._written_at = Counter(), None


tally = Tally()


def note_request(request: CrmRequest, at: datetime | None = None) -> None:
    """After every answer. What cannot be written is logged: the answer has been given, and no reader waits for it."""
    now = at or timezone.now()
    try:
        if request.api_key is not None:
            note_use(request.api_key, request.actor, now)
        write_counts(now)
    except DatabaseError as error:
        log.error("api_key_use_not_written", exc_info=error)


def note_use(key: ApiKey, actor: Actor, at: datetime) -> None:
    tally.add(key.pk, at.date())
    _tell_of_place(key, actor)
    if key.last_used_at is None or at - key.last_used_at >= MINUTE:
        later(partial(_write_last_use, key, actor, at))


def _tell_of_place(key: ApiKey, actor: Actor) -> None:
    """Once an hour for a key and network, while it is not used from where it was used last."""
    network = network_of(actor.origin.address)
    if network_of(key.last_used_address) == network or not cache.add(f"key-used:{key.pk}:{network}", 1, QUIET_SECONDS):
        return
    report(actor.origin, "key.used", Severity.INFO, key)


@transaction.atomic
def _write_last_use(key: ApiKey, actor: Actor, at: datetime) -> None:
    """One conditional UPDATE: of parallel requests one writes. The first use of a day is in the trail."""
    is_due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=at - MINUTE)
    rows = ApiKey.objects.filter(is_due, pk=key.pk)
    is_first = rows.update(last_used_at=at, last_used_address=actor.origin.address[:64])
    if is_first and (key.last_used_at is None or key.last_used_at.date() < at.date()):
        record(actor, "api_keys.used", key)


def write_counts(at: datetime) -> None:
    """Costs nothing unless counts wait and the minute is over."""
    if due := tally.take_if_due(at):
        later(partial(_write_all, due))


def _write_all(counts: Mapping[tuple[UUID, date], int]) -> None:
    for (key_id, day), count in counts.items():
        _add(key_id, day, count)


@transaction.atomic
def _add(key_id: UUID, day: date, count: int) -> None:
    rows = ApiKeyUse.objects.filter(key_id=key_id, day=day)
    more = {"count": F("count") + count}
    if rows.update(**more) or not ApiKey.objects.filter(pk=key_id).exists():
        return
    ApiKeyUse.objects.bulk_create([ApiKeyUse(key_id=key_id, day=day)], ignore_conflicts=True)
    rows.update(**more)
