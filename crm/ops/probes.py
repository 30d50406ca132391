"""Round trips, timed: whether the database, the cache and Redis answer now. None is what did not."""

from time import perf_counter

import psycopg
from django.core.cache import cache
from django.db import DatabaseError, connection
from psycopg.conninfo import make_conninfo
from redis import RedisError

from crm.core import limits
from crm.core.ids import uuid7

# Seconds, and milliseconds of TCP: libpq counts in whole seconds, two at least.
CONNECTS_WITHIN, UNANSWERED = 2, 2000


def database_ms() -> float | None:
    """Of a new connection: an old one hangs for ever on a server that is frozen, and a pool hides one that is gone."""
    start = perf_counter()
    try:
        if connection.vendor == "postgresql":
            _ask_anew()
        else:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
    except (DatabaseError, psycopg.Error):
        return None
    return round((perf_counter() - start) * 1000, 2)


def database_answers() -> bool:
    """Over the connection that is there, for whoever asks often."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


def _ask_anew() -> None:
    names = ("host", "port", "user", "password", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "service")
    known = {name: value for name, value in connection.get_connection_params().items() if name in names}
    known |= {"connect_timeout": CONNECTS_WITHIN, "tcp_user_timeout": UNANSWERED}
    with psycopg.connect(make_conninfo("", **known), autocommit=True) as fresh:
        fresh.execute("SELECT 1")


def cache_answers() -> bool:
    """What was written must come back, from the memory of this process while Redis is away."""
    probe = uuid7().hex
    cache.set(f"health:{probe}", probe, timeout=5)
    return bool(cache.get(f"health:{probe}") == probe)


def redis_ms() -> float | None:
    """Asked directly: the cache has its memory, and would answer without."""
    start = perf_counter()
    try:
        limits.ping_redis()
    except RedisError:
        return None
    return round((perf_counter() - start) * 1000, 2)
