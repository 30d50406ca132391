"""How much is to be sent, and how long what is due has waited."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Min
from django.utils import timezone

from crm.outbox.claims import first_in_line
from crm.outbox.models import Delivery, State


@dataclass(frozen=True, slots=True)
class Queue:
    """`oldest_wait` is of what is due; nothing that is put off until later counts."""

    depth: int
    oldest_wait: timedelta


def queue() -> Queue:
    """What waits for an earlier one of its series is not due: its receiver is in the way, not we."""
    depth = Delivery.objects.filter(state__in=(State.PENDING, State.PROCESSING)).count()
    now = timezone.now()
    due = first_in_line(Delivery.objects.filter(state=State.PENDING, next_attempt_at__lt=now))
    first = due.aggregate(first=Min("next_attempt_at"))["first"]
    return Queue(depth, now - first if first else timedelta())
