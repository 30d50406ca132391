"""How the queue stands: few figures, each from an index."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils import timezone

from crm.core.actor import Actor
from crm.outbox.models import Delivery, QueuePause, State
from crm.outbox.transports import MAIL

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Statistics:
    """`by_state` of what is still stored; `oldest_due_at`: since when a mail that could leave waits."""

    by_state: dict[str, int]
    sent_last_day: int
    failed_last_day: int
    oldest_due_at: datetime | None
    pause: QueuePause | None


def statistics(actor: Actor, at: datetime | None = None) -> Statistics:
    """Of the mails that the actor may read."""
    now, mails = at or timezone.now(), Delivery.objects.for_actor(actor)
    found = dict(mails.order_by().values_list("state").annotate(number=Count("pk")))
    recent = mails.filter(finished_at__gte=now - DAY).order_by().values_list("state")
    ended = dict(recent.annotate(number=Count("pk")))
    due = mails.filter(state=State.PENDING, next_attempt_at__lte=now)
    return Statistics(
        by_state={str(state): found.get(state, 0) for state in State},
        sent_last_day=ended.get(State.SENT, 0),
        failed_last_day=ended.get(State.FAILED, 0),
        oldest_due_at=due.aggregate(first=Min("next_attempt_at"))["first"],
        pause=QueuePause.objects.filter(kind=MAIL).first(),
    )
