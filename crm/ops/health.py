"""Liveness and readiness: live says the process answers, ready that its database and cache do."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from crm.core import limits
from crm.core.access import public
from crm.core.ids import uuid7
from crm.ops.keys import LONGEST_LIFE


class State(StrEnum):
    """`degraded`: it works, but somebody should look."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"

    @classmethod
    def of(cls, works: bool) -> Self:
        return cls("ok" if works else "down")


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
