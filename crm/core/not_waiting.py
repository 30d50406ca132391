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
    with connection.cursor() as cursor:
        (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    except OperationalError as error:
        if "locked" not in str(error):
            raise
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {int(patience)}")
