"""Notes that are not worth waiting for: whoever reads must not stand behind somebody else's write."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection


@contextmanager
def not_waiting() -> Iterator[None]:
    """A write in here is left out where SQLite has another writer; PostgreSQL locks rows, and nobody holds this one.

    For what the next request notes anyway, such as when something was last used. SQLite alone would wait for its
    `timeout` (20 s) and then fail: https://www.sqlite.org/pragma.html#pragma_busy_timeout
    """
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    (patience,) = raw.execute("PRAGMA busy_timeout").fetchone()
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    except OperationalError as error:
        if "locked" not in str(error):
            raise
    finally:
        raw.execute(f"PRAGMA busy_timeout = {int(patience)}")
