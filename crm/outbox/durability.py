"""Commits that do not wait for the disk: for what may be forgotten when the database's machine loses its power.

Others see such a commit at once, and a process that ends loses nothing. PostgreSQL writes it within the second
(synchronous_commit, postgresql.org/docs/15/wal-async-commit.html).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def unhurried(is_allowed: bool = True) -> Iterator[None]:
    """A transaction; SET LOCAL, since a setting of the session would stay with a pooled connection."""
    if not is_allowed or connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        yield
