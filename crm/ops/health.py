"""Liveness and readiness: live says the process answers, ready that its database and cache do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from auditlog.checking import last_good
from auditlog.models import AuditEvent, AuditSeal
from auditlog.proof import UNSEALED
from crm.core import limits
from crm.core.access import public
from crm.core.ids import uuid7
from crm.ops.backups.standing import BackupStanding, standing
from crm.ops.job_standing import Standing, standings
from crm.ops.keys import LONGEST_LIFE
from crm.outbox.claims import first_in_line
from crm.outbox.models import Delivery
from crm.outbox.models import State as Sending


class State(StrEnum):
    """`degraded`: it works, but somebody should look."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"

    @classmethod
    def of(cls, works: bool) -> Self:
        return cls("ok" if works else "down")


LONGEST_WAIT = timedelta(minutes=5)
STATES = [state.value for state in State]


def overall(checks: Mapping[str, State]) -> State:
    """The worst of them."""
    return max(checks.values(), key=STATES.index)


@public("load balancers and supervisors ask without credentials; the answer holds no detail")
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@public("load balancers and supervisors ask without credentials; the answer holds no detail")
def ready(request: HttpRequest) -> JsonResponse:
    checks = {"database": database_answers(), "cache": cache_answers()}
    healthy = all(checks.values())
    body = {
        "status": "ok" if healthy else "down",
        "checks": {name: "ok" if ok else "down" for name, ok in checks.items()},
    }
    return JsonResponse(body, status=200 if healthy else 503)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


def cache_answers() -> bool:
    """A round trip: what was written must come back."""
    probe = uuid7().hex
    cache.set(f"health:{probe}", probe, timeout=5)
    return bool(cache.get(f"health:{probe}") == probe)


def limits_state() -> State:
    """Degraded while this process counts by itself although there should be a Redis."""
    fallback = limits.counters()
    return State.OK if fallback.redis is None or fallback.uses_redis else State.DEGRADED


def keys_state(days: int | None) -> State:
    """Degraded when it is time for new keys."""
    return State.OK if days is not None and days <= LONGEST_LIFE.days else State.DEGRADED


def job_standings() -> list[Standing] | None:
    """None while the database does not answer."""
    try:
        return standings()
    except DatabaseError:
        return None


def jobs_state(found: list[Standing] | None) -> State:
    """Degraded when a job failed, or is more than three periods late."""
    return State.DEGRADED if found is None or any(one.needs_a_look for one in found) else State.OK


@dataclass(frozen=True, slots=True)
class Sealing:
    """When the trail was sealed and last verified to be whole; None before the first time."""

    state: State
    last_seal_at: datetime | None = None
    last_check_at: datetime | None = None


def sealing() -> Sealing:
    """Degraded when an event waits for its seal longer than verification tolerates."""
    try:
        waits = AuditEvent.objects.filter(seal__isnull=True, at__lt=timezone.now() - UNSEALED).exists()
        sealed = AuditSeal.objects.order_by("-seq").values_list("at", flat=True).first()
        checked = last_good()
    except DatabaseError:
        return Sealing(State.DEGRADED)
    return Sealing(State.DEGRADED if waits else State.OK, sealed, checked.at if checked else None)


def backup_standing() -> BackupStanding | None:
    """None while the database does not answer."""
    try:
        return standing()
    except DatabaseError:
        return None


def backup_state(found: BackupStanding | None) -> State:
    """Degraded when the last backup that was proved is too old, or none ever was where backups are meant to be made."""
    return State.DEGRADED if found is None or found.needs_a_look else State.OK


def outbox_state() -> State:
    """Degraded when something that is due waits: nobody sends, or not fast enough.

    What waits for an earlier one of its series is not due: its receiver is in the way, not we.
    """
    waiting = Delivery.objects.filter(state=Sending.PENDING, next_attempt_at__lt=timezone.now() - LONGEST_WAIT)
    try:
        return State.DEGRADED if first_in_line(waiting).exists() else State.OK
    except DatabaseError:
        return State.DEGRADED
