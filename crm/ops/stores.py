"""How cache and database are doing, for health and metrics: what this process knows of them."""

from typing import Any

from django.conf import settings

from crm.core.caching.breaker import breaker_of
from crm.core.caching.figures import figures
from crm.core.postgresql.pools import is_exhausted, pool_figures
from crm.core.postgresql.replicas import REPLICA
from crm.ops.health import State, cache_answers, database_answers

REPLICA_LAGS = 60.0  # seconds past which somebody should look


def cache_state() -> State:
    """Degraded while the memory of each process stands in for Redis."""
    if not cache_answers():
        return State.DOWN
    url = settings.REDIS_URL
    return State.OK if not url or breaker_of(url).is_closed else State.DEGRADED


def database_state() -> State:
    """Degraded while requests wait for a connection that the pool has no room for."""
    if not database_answers():
        return State.DOWN
    return State.DEGRADED if any(map(is_exhausted, pool_figures())) else State.OK


def replica_state(seconds: float | None) -> dict[str, State]:
    """Nothing where there is none; reports and exports do without one that is away."""
    if REPLICA not in settings.DATABASES:
        return {}
    return {"replica": State.OK if seconds is not None and seconds < REPLICA_LAGS else State.DEGRADED}


def cache_in_figures() -> dict[str, Any]:
    url, found = settings.REDIS_URL, figures()
    breaker = breaker_of(url) if url else None
    return {
        "store": "redis" if breaker and breaker.is_closed else "memory",
        "hit_ratio": found.hit_ratio,
        "hits": found.hits,
        "misses": found.misses,
        "stale": found.stale,
        "trips": breaker.trips if breaker else 0,
    }


def database_in_figures(seconds: float | None) -> dict[str, Any]:
    pools = [
        {
            "alias": one.alias, "largest": one.largest, "size": one.size, "idle": one.idle, "waiting": one.waiting,
            "asked": one.asked, "waited_ms": one.waited_ms, "turned_away": one.turned_away,
        }
        for one in pool_figures()
    ]  # fmt: skip
    return {"pools": pools, "replica_lag_seconds": seconds}
