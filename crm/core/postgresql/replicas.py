"""Where exports and reports are read: at a replica that has caught up with this very moment, else at the primary.

The measure is the primary's log: a replica that has replayed it up to here holds all that anybody wrote before.
"""

import time
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connections

DEFAULT, REPLICA = "default", "replica"
PATIENCE, LOOKS_EVERY = 1.0, 0.05  # seconds
QUIET_FOR = 30.0  # seconds, for which a replica that failed is not asked

log = structlog.get_logger("crm.replicas")
_asked_again_at = [0.0]


class ReplicaRouter:
    """Who reads at the replica says so by `using`; nothing is ever written or migrated there."""

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT


def reading_alias() -> str:
    """For `using`. Waits up to a second for a replica that is behind; inside a transaction the primary is right."""
    if REPLICA not in settings.DATABASES or connections[DEFAULT].in_atomic_block:
        return DEFAULT
    if time.monotonic() < _asked_again_at[0]:
        return DEFAULT
    try:
        if catches_up(_row(DEFAULT, "SELECT pg_current_wal_lsn()::text")[0]):
            return REPLICA
        log.warning("replica_lags", seconds=lag())
    except DatabaseError as error:
        log.error("replica_failed", error=type(error).__name__)
        _asked_again_at[0] = time.monotonic() + QUIET_FOR
    return DEFAULT


def catches_up(position: str) -> bool:
    """Never, where it is a replica no longer."""
    end = time.monotonic() + PATIENCE
    asked = "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= %s::pg_lsn"
    while not _row(REPLICA, asked, [position])[0]:
        if time.monotonic() >= end:
            return False
        time.sleep(LOOKS_EVERY)
    return True


def lag() -> float | None:
    """Seconds since what was last replayed was written, 0 with nothing left to replay; None without an answer."""
    asked = """SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
        ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END WHERE pg_is_in_recovery()"""
    try:
        row = _row(REPLICA, asked) if REPLICA in settings.DATABASES else None
    except DatabaseError:
        return None
    return None if row is None or row[0] is None else float(row[0])


def _row(alias: str, statement: str, values: Any = None) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()
