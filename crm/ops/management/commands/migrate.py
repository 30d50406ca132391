"""Django's `migrate` that lets others pass: it waits two seconds for a lock, steps back, and tries again.

A migration that waits for a long reader makes everybody wait who comes after it.
"""

import random
import time
from typing import Any

from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

from crm.core.processes import Duty, on_duty

TRIES = 20
PAUSES = (1.0, 4.0)  # seconds, shortest and longest


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.vendor != "postgresql" or connection.in_atomic_block:
            super().handle(*args, **options)
            return
        with on_duty(Duty.MIGRATION):
            connection.close()  # what was opened for other work has other time-outs
            try:
                self._with_patience(*args, **options)
            finally:
                connection.close()

    def _with_patience(self, *args: Any, **options: Any) -> None:
        """Each migration is a transaction of its own: those that are through stay through."""
        for left in reversed(range(TRIES)):
            try:
                super().handle(*args, **options)
                return
            except OperationalError as error:
                if not left or not isinstance(error.__cause__, LockNotAvailable):
                    raise
            self.stdout.write(f"Something holds a lock on a table that has to change; {left} more tries.")
            time.sleep(random.uniform(*PAUSES))  # noqa: S311  # nosec B311  # no secret
