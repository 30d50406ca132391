"""How each part stands: ok, degraded (it works, but somebody should look) or down; thresholds come from settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from auditlog.checking import last_good
from auditlog.models import AuditEvent, AuditSeal
from auditlog.proof import UNSEALED
from crm.core import limits
from crm.core.caching.breaker import breaker_of
from crm.core.caching.figures import Figures, figures
from crm.core.postgresql.pools import PoolFigures, pool_figures
from crm.core.postgresql.replicas import REPLICA, lag
from crm.ops.backups.standing import BackupStanding, standing
from crm.ops.job_standing import Standing, standings
from crm.ops.keys import LONGEST_LIFE, oldest_key_days
from crm.ops.probes import cache_answers, database_ms, redis_ms
from crm.ops.waiting import Queue, queue


class State(StrEnum):
    """`degraded`: it works, but somebody should look."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"

    @classmethod
    def of(cls, works: bool) -> Self:
        return cls("ok" if works else "down")

    @classmethod
    def unless(cls, needs_a_look: bool) -> Self:
        return cls("degraded" if needs_a_look else "ok")


REPLICA_LAGS = 60.0  # seconds past which somebody should look
STATES = [state.value for state in State]


def overall(checks: Mapping[str, State]) -> State:
    """The worst of them."""
    return max(checks.values(), key=STATES.index)


@dataclass(frozen=True, slots=True)
class Sealing:
    """When the trail was sealed and last verified to be whole; None before the first time."""

    state: State
    last_seal_at: datetime | None = None
    last_check_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that health tells. What the database did not tell is None."""

    database_ms: float | None
    cache: bool
    redis_ms: float | None
    replica_lag: float | None
    pools: list[PoolFigures]
    cached: Figures
    queue: Queue | None
    key_days: int | None
    seals: Sealing
    jobs: list[Standing] | None
    backup: BackupStanding | None
    further: dict[str, State]

    @property
    def checks(self) -> dict[str, State]:
        return {
            "database": State.of(self.database_ms is not None),
            "pool": State.unless(any(one.waiting > settings.HEALTH_MOST_POOL_WAITING for one in self.pools)),
            **replica_state(self.replica_lag),
            "cache": cache_state(self.cache),
            "cache_hits": State.unless(self.cached.is_poor(settings.HEALTH_LEAST_HIT_RATIO)),
            "redis": redis_state(self.redis_ms),
            "limits": limits_state(),
            "keys": keys_state(self.key_days),
            "seals": self.seals.state,
            "jobs": jobs_state(self.jobs),
            "outbox": outbox_state(self.queue),
            "backup": State.unless(self.backup is None or self.backup.needs_a_look),
            **self.further,
        }


_further: dict[str, Callable[[], bool]] = {}


def register_check(name: str, needs_a_look: Callable[[], bool]) -> None:
    """A part of a higher floor, which is degraded while `needs_a_look` says so. Called by crm.wiring only."""
    _further[name] = needs_a_look


def further_states() -> dict[str, State]:
    return {name: State.unless(needs_a_look()) for name, needs_a_look in _further.items()}


def look() -> Look:
    """Two round trips, and some ten queries; of the database none where it does not answer."""
    known = (cache_answers(), redis_ms(), lag(), pool_figures(), figures())
    if (database := database_ms()) is not None:
        try:
            asked = queue(), oldest_key_days(), sealing()
            return Look(database, *known, *asked, standings(), standing(), further_states())
        except DatabaseError:
            pass
    unknown = dict.fromkeys(_further, State.DEGRADED)
    return Look(None, *known, None, None, Sealing(State.DEGRADED), None, None, unknown)


def cache_state(works: bool) -> State:
    """Degraded while the memory of each process stands in for Redis."""
    if not works:
        return State.DOWN
    return State.unless(bool(settings.REDIS_URL) and not breaker_of(settings.REDIS_URL).is_closed)


def replica_state(seconds: float | None) -> dict[str, State]:
    """Nothing where there is none; reports and exports do without one that is away."""
    if REPLICA not in settings.DATABASES:
        return {}
    return {"replica": State.unless(seconds is None or seconds >= REPLICA_LAGS)}


def redis_state(milliseconds: float | None) -> State:
    """Without Redis everything works, each process for itself. Where none is set there is nothing to be slow."""
    if not settings.REDIS_URL:
        return State.OK
    return State.unless(milliseconds is None or milliseconds > settings.HEALTH_SLOWEST_REDIS_MS)


def limits_state() -> State:
    """Degraded while this process counts by itself although there should be a Redis."""
    fallback = limits.counters()
    return State.unless(fallback.redis is not None and not fallback.uses_redis)


def keys_state(days: int | None) -> State:
    """Degraded when it is time for new keys."""
    return State.unless(days is None or timedelta(days=days) > LONGEST_LIFE)


def jobs_state(found: list[Standing] | None) -> State:
    """Degraded when a job failed, or is more than three periods late."""
    return State.unless(found is None or any(one.needs_a_look for one in found))


def sealing() -> Sealing:
    """Degraded when an event waits for its seal longer than verification tolerates."""
    waits = AuditEvent.objects.filter(seal__isnull=True, at__lt=timezone.now() - UNSEALED).exists()
    sealed = AuditSeal.objects.order_by("-seq").values_list("at", flat=True).first()
    checked = last_good()
    return Sealing(State.unless(waits), sealed, checked.at if checked else None)


def outbox_state(found: Queue | None) -> State:
    """Degraded when something that is due waits, or too much does: nobody sends, or not fast enough."""
    if found is None:
        return State.DEGRADED
    too_long = found.oldest_wait > settings.HEALTH_LONGEST_WAIT
    return State.unless(too_long or found.depth > settings.HEALTH_LONGEST_QUEUE)


def checks() -> dict[str, State]:
    return look().checks
