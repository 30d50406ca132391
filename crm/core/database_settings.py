"""Which databases there are: PostgreSQL by URL, else an embedded SQLite. docs/database.md explains the choices."""

from pathlib import Path
from typing import Any, NamedTuple

import dj_database_url

from crm.core.environment import Environment

# WAL, foreign keys, and transactions that take the lock at once: so SQLite behaves under several writers.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}
# A server that is not there or that froze is given up; seconds, and milliseconds for what the kernel waits.
CONNECTING = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
KEPT_FOR = 600  # seconds, without a pool
# Seconds, after which a pool no longer tries by itself, ever more slowly, but when it is next asked for a connection.
RECONNECTS_FOR = 1


class DatabaseSettings(NamedTuple):
    """`databases` and `routers` are Django's; `is_pooled_outside`: PgBouncer hands out the connections."""

    databases: dict[str, dict[str, Any]]
    routers: list[str]
    is_pooled_outside: bool


def database_settings(env: Environment, data: Path) -> DatabaseSettings:
    default: Any = dj_database_url.parse(env.DATABASE_URL or f"sqlite:///{data / 'vouch.sqlite3'}")
    if default["ENGINE"].endswith("sqlite3"):
        default["OPTIONS"] = SQLITE_OPTIONS
        return DatabaseSettings({"default": default}, [], False)
    databases = {"default": of_postgresql(default, env)}
    if env.DATABASE_REPLICA_URL:
        replica = of_postgresql(dj_database_url.parse(env.DATABASE_REPLICA_URL), env)
        databases["replica"] = {**replica, "TEST": {"MIRROR": "default"}}
    routers = ["crm.core.postgresql.replicas.ReplicaRouter"] if env.DATABASE_REPLICA_URL else []
    return DatabaseSettings(databases, routers, env.DATABASE_PGBOUNCER)


def of_postgresql(parsed: Any, env: Environment) -> dict[str, Any]:
    """A connection per thread that is kept, or a pool per process; either is looked at before it is used again."""
    options = {**CONNECTING, **parsed.get("OPTIONS", {})}
    if env.DB_POOL_SIZE:
        options["pool"] = {
            "min_size": min(env.DB_POOL_MIN, env.DB_POOL_SIZE),
            "max_size": env.DB_POOL_SIZE,
            "timeout": env.DB_POOL_TIMEOUT,
            "reconnect_timeout": RECONNECTS_FOR,
        }
    return {
        **parsed,
        "ENGINE": "crm.core.postgresql",
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if env.DB_POOL_SIZE else KEPT_FOR,
        "CONN_HEALTH_CHECKS": not env.DB_POOL_SIZE,  # a pool's are looked at by crm.core.postgresql
        # The next statement of a transaction pooler's client may meet another server process, without the cursor.
        "DISABLE_SERVER_SIDE_CURSORS": env.DATABASE_PGBOUNCER,
    }
