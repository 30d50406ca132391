"""Work of the background that one process does at a time, chunk by chunk: whose it is just now, and how often it broke.

A chunk, its report and the new position are one transaction, and it asks for the lease again: a kill loses nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from crm.core.errors import Conflict
from crm.core.ids import uuid7
from crm.transfer.errors import Busy, WrongState

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
POISONED = f"Whoever worked on this ended {MOST_ATTEMPTS} times at the same place. What came before is done."


class Leased(models.Model):
    """A run with a `state`. `rights` are those it was ordered with; `attempts` counts who began to work at this place
    and did not come to a chunk's end; `fault` says why it stopped."""

    fault = models.TextField(blank=True)
    rights = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_worked_on(self) -> bool:
        """Somebody holds the lease just now."""
        return self.leased_until is not None and self.leased_until > timezone.now()

    @classmethod
    def unheld(cls, at: datetime) -> Any:
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
        return cls._default_manager.filter(free)

    def take_over(self, lease: UUID) -> Self:
        """The run, locked until the chunk's transaction ends. Raises Busy when the lease went to somebody else."""
        current = type(self)._default_manager.select_for_update().get(pk=self.pk)
        if current.lease != lease:
            raise Busy()
        return current


@contextmanager
def leased(run: Any, state: str) -> Iterator[UUID]:
    """Raises WrongState, Busy, and Conflict where nobody ever came to an end here."""
    lease = _take(run, state)
    try:
        yield lease
    finally:
        type(run)._default_manager.filter(pk=run.pk, lease=lease).update(lease=None, leased_until=None)


@transaction.atomic
def _take(run: Any, state: str) -> UUID:
    now, lease = timezone.now(), uuid7()
    current = type(run)._default_manager.select_for_update().get(pk=run.pk)
    if current.state != state:
        raise WrongState()
    if current.leased_until and current.leased_until > now:
        raise Busy()
    if current.attempts >= MOST_ATTEMPTS:
        raise Conflict(POISONED)
    mine = {"lease": lease, "leased_until": now + LEASE, "attempts": current.attempts + 1}
    type(run)._default_manager.filter(pk=run.pk).update(**mine)
    run.refresh_from_db()
    return lease
