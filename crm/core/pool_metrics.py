"""How the pools of this process stand, for Prometheus, where DB_POOL_SIZE asks for them."""

from threading import Lock

from crm.core.metrics import POOL, POOL_TIMEOUTS, POOL_WAITS
from crm.core.postgresql.pools import PoolFigures, pool_figures

STATES = {"most": "largest", "open": "size", "free": "idle", "waiting": "waiting"}


class _Noted:
    """What was already counted of the pools' own sums."""

    def __init__(self) -> None:
        self.lock, self.waited, self.timeouts = Lock(), 0, 0

    def add(self, found: list[PoolFigures]) -> None:
        waited, timeouts = sum(one.waited for one in found), sum(one.turned_away for one in found)
        with self.lock:
            POOL_WAITS.inc(max(0, waited - self.waited))
            POOL_TIMEOUTS.inc(max(0, timeouts - self.timeouts))
            self.waited, self.timeouts = waited, timeouts


_noted = _Noted()


def note_pool() -> None:
    """After each request: also the last one that waited for a connection says that nobody waits any longer."""
    if not (found := pool_figures()):
        return
    for state, name in STATES.items():
        POOL.labels(state).set(sum(getattr(one, name) for one in found))
    _noted.add(found)
