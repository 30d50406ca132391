"""Figures of this process's pools of connections, for health and metrics."""

from dataclasses import dataclass

from crm.core.postgresql.base import DatabaseWrapper


@dataclass(frozen=True, slots=True)
class PoolFigures:
    """Connections (`largest` by DB_POOL_SIZE, `size` open, `idle` of these), and since the start how many asked for
    one, how many of them waited, how long altogether (ms), and how many were turned away. `waiting` is now."""

    alias: str
    largest: int
    size: int
    idle: int
    waiting: int
    asked: int
    waited: int
    waited_ms: int
    turned_away: int


def pool_figures() -> list[PoolFigures]:
    """Of the pools that were opened; none without DB_POOL_SIZE."""
    opened = DatabaseWrapper._connection_pools  # type: ignore[attr-defined]
    return [_figures(alias, pool.get_stats()) for alias, pool in opened.items()]


def _figures(alias: str, said: dict[str, int]) -> PoolFigures:
    return PoolFigures(
        alias,
        largest=said.get("pool_max", 0),
        size=said.get("pool_size", 0),
        idle=said.get("pool_available", 0),
        waiting=said.get("requests_waiting", 0),
        asked=said.get("requests_num", 0),
        waited=said.get("requests_queued", 0),
        waited_ms=said.get("requests_wait_ms", 0),
        turned_away=said.get("requests_errors", 0),
    )


def is_exhausted(pool: PoolFigures) -> bool:
    """Somebody waits, and there will be no more connections."""
    return bool(pool.waiting) and pool.size >= pool.largest
