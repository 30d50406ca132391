"""`ENGINE` of DATABASES: Django's, with moments read in C, time-outs by duty, and a pool that heals itself.

Django reads moments in Python, 4.6 µs each; psycopg in C, 0.4 µs, to the same values. A row has three or four of them,
so that this was a third of the time that reading an export took (ADR 65). Each statement is timed, and says where it
came from if it is asked to (docs/monitoring.md).
"""

from datetime import UTC
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base
from psycopg import OperationalError, adapters
from psycopg.pq import Format
from psycopg_pool import ConnectionPool

from crm.core.postgresql.comments import with_route, with_trace
from crm.core.postgresql.slow import timed
from crm.core.postgresql.timeouts import as_options, set_on
from crm.core.processes import duty, duty_of_process

MOMENT = base.TIMESTAMPTZ_OID
IN_C = adapters.get_loader(MOMENT, Format.TEXT)


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if settings.SQL_COMMENTS:
            self.execute_wrappers.append(with_route if self.prepares else with_trace)
        if settings.SLOW_QUERY_SECONDS:
            self.execute_wrappers.append(timed)

    @property
    def prepares(self) -> bool:
        """Whether statements are kept prepared, by their whole text."""
        return self.settings_dict["OPTIONS"].get("prepare_threshold") is not None

    def create_cursor(self, name: str | None = None) -> Any:
        """By the cursor: what a connection reads with has to be Django's, which asks it for its time zone."""
        cursor = super().create_cursor(name)
        if self.timezone is UTC:
            cursor.adapters.register_loader(MOMENT, IN_C)
        return cursor

    def get_connection_params(self) -> dict[str, Any]:
        """Time-outs go in as options of the start, unless PgBouncer is in between, which refuses them."""
        words: dict[str, Any] = super().get_connection_params()
        if not settings.DATABASE_IS_POOLED_OUTSIDE:
            wanted = duty_of_process() if self.settings_dict["OPTIONS"].get("pool") else duty()
            words["options"] = f"{as_options(wanted)} {words.get('options', '')}".rstrip()
        return words

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if not self.pool:
            return connection
        if not answers(connection):
            connection = self._after_a_restart(connection, conn_params)
        if not settings.DATABASE_IS_POOLED_OUTSIDE:
            self._fit_to_duty(connection)
        return connection

    def _after_a_restart(self, broken: Any, conn_params: dict[str, Any]) -> Any:
        """All that lay idle is broken, too. psycopg's own check takes one after another, waiting longer each time, so
        that the first page after a restart is answered with a PoolTimeout; here all are looked at together."""
        self.pool.putconn(broken)
        self.pool.check()
        return super().get_new_connection(conn_params)

    def _fit_to_duty(self, connection: Any) -> None:
        """A pool is one for all threads of a process, of which some may wait longer."""
        if getattr(connection, "vouch_duty", duty_of_process()) != duty():
            set_on(connection, duty())
        connection.vouch_duty = duty()


def answers(connection: Any) -> bool:
    """A round trip without a statement."""
    try:
        ConnectionPool.check_connection(connection)
    except OperationalError:
        return False
    return True
