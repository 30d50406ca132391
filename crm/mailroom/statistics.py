"""How the queue stands: exact for programs, and as far as a page needs it, which must not wait for 100,000 mails."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from crm.core.actor import Actor
from crm.core.paging import bounded_count, count_label
from crm.outbox.models import Delivery, Priority, QueuePause, State
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


@dataclass(frozen=True, slots=True)
class Glance:
    """What the page of the queue says first; numbers as words, `10,000+` for more."""

    waiting: str
    failed: str
    suppressed: str
    sent_last_day: str
    oldest_due_at: datetime | None
    pause: QueuePause | None


def statistics(actor: Actor, at: datetime | None = None) -> Statistics:
    """Of the mails that the actor may read."""
    now, mails = at or timezone.now(), Delivery.objects.for_actor(actor)
    found = dict(mails.order_by().values_list("state").annotate(number=Count("pk")))
    recent = mails.filter(finished_at__gte=now - DAY).order_by().values_list("state")
    ended = dict(recent.annotate(number=Count("pk")))
    return Statistics(
        by_state={str(state): found.get(state, 0) for state in State},
        sent_last_day=ended.get(State.SENT, 0),
        failed_last_day=ended.get(State.FAILED, 0),
        oldest_due_at=_oldest_due(mails, now),
        pause=QueuePause.objects.filter(kind=MAIL).first(),
    )


def glance(actor: Actor, at: datetime | None = None) -> Glance:
    """Of the mails that the actor may read, none of them counted beyond what a list counts."""
    now, mails = at or timezone.now(), Delivery.objects.for_actor(actor)
    return Glance(
        waiting=_shown(mails.filter(state=State.PENDING)),
        failed=_shown(mails.filter(state=State.FAILED)),
        suppressed=_shown(mails.filter(state=State.SUPPRESSED)),
        sent_last_day=_shown(mails.filter(state=State.SENT, finished_at__gte=_minute(now - DAY))),
        oldest_due_at=_oldest_due(mails, now),
        pause=QueuePause.objects.filter(kind=MAIL).first(),
    )


def _shown(mails: QuerySet[Delivery]) -> str:
    return count_label(*bounded_count(mails))


def _minute(moment: datetime) -> datetime:
    """So that what is remembered of a count is met again."""
    return moment.replace(second=0, microsecond=0)


def _oldest_due(mails: QuerySet[Delivery], now: datetime) -> datetime | None:
    """The first of each priority, which is how the index has them in order."""
    due = mails.filter(state=State.PENDING, next_attempt_at__lte=now).order_by("next_attempt_at")
    firsts = (due.filter(priority=one).values_list("next_attempt_at", flat=True).first() for one in Priority)
    return min((first for first in firsts if first), default=None)
