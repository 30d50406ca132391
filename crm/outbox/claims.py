"""Whose a delivery is while it is being sent: a lease with a token, in the database's own time."""

import secrets
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from crm.outbox.errors import Deferred, NotDelivered, Postponed, Refused, Withheld
from crm.outbox.models import Delivery, QueuePause, State

LEASE = timedelta(minutes=5)
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=5), timedelta(hours=1)
TRIED_FOR = timedelta(hours=72)
MOST_UNFINISHED = 5

Deliveries = models.QuerySet[Delivery]

_random = secrets.SystemRandom()


def is_due(kind: str) -> bool:
    """One read, so that asking costs nobody a lock."""
    return due(kind).exists() or expired(kind).exists()


def is_paused(kind: str) -> bool:
    return QueuePause.objects.filter(kind=kind).exists()


def due(kind: str) -> Deliveries:
    return first_in_line(Delivery.objects.filter(state=State.PENDING, kind=kind, next_attempt_at__lte=Now()))


def first_in_line(rows: Deliveries) -> Deliveries:
    """Of each series the first alone: what is being sent, or waits for its next try, holds back those after it."""
    unfinished = Delivery.objects.filter(state__in=(State.PENDING, State.PROCESSING))
    earlier = unfinished.exclude(series="").filter(series=OuterRef("series"), id__lt=OuterRef("id"))
    return rows.filter(Q(series="") | ~Exists(earlier))


def expired(kind: str) -> Deliveries:
    return Delivery.objects.filter(state=State.PROCESSING, kind=kind, lease_until__lte=Now())


@transaction.atomic
def claim(kind: str, number: int) -> list[Delivery]:
    """Up to so many due deliveries, ours until the lease ends; another claimer passes over them. None while paused.

    The update asks for the state again: on SQLite, without SKIP LOCKED, that alone decides.
    """
    if is_paused(kind):
        return []
    expired(kind).update(state=State.PENDING, lease_token=None)
    token = uuid4()
    rows = due(kind).order_by("priority", "next_attempt_at").select_for_update(skip_locked=True)
    wanted = list(rows.values_list("pk", flat=True)[:number])
    Delivery.objects.filter(pk__in=wanted, state=State.PENDING).update(
        state=State.PROCESSING, lease_token=token, lease_until=Now() + LEASE
    )
    mine = _leased(token).annotate(claimed_at=Now())  # type: ignore[no-redef]  # declared, for those of other origin
    return list(mine.order_by("priority", "next_attempt_at"))


def begin(delivery: Delivery) -> bool:
    """Immediately before the side effect: renews the lease if it is still ours, and counts the try."""
    mine = Delivery.objects.filter(pk=delivery.pk, lease_token=delivery.lease_token, state=State.PROCESSING)
    renewed = mine.update(lease_until=Now() + LEASE, attempts=F("attempts") + 1, unfinished=F("unfinished") + 1)
    delivery.attempts += renewed
    return bool(renewed)


def renew(delivery: Delivery) -> bool:
    """In the middle of a long try; false where the lease was lost, and with it the right to go on."""
    mine = Delivery.objects.filter(pk=delivery.pk, lease_token=delivery.lease_token, state=State.PROCESSING)
    return bool(mine.update(lease_until=Now() + LEASE))


def succeed(delivery: Delivery) -> bool:
    """False when the lease was lost in the meantime; whoever has it now says how it ended."""
    return _finish(delivery, state=State.SENT, finished_at=Now(), secret="", last_error="")


def hold_back(delivery: Delivery, why: str) -> bool:
    """The end without a try; what a sensitive one holds goes, too."""
    return _finish(delivery, state=State.SUPPRESSED, finished_at=Now(), secret="", last_error=why)


def fail(delivery: Delivery, error: NotDelivered) -> bool:
    """Another try later, or the end: for good once it was refused, or tried for three days."""
    if isinstance(error, Withheld):
        return hold_back(delivery, str(error))
    if isinstance(error, Postponed):
        untried = {"attempts": F("attempts") - 1, "next_attempt_at": error.until}
        return _finish(delivery, state=State.PENDING, last_error=str(error), **untried)
    tried_for = (delivery.claimed_at or timezone.now()) - (delivery.retried_at or delivery.created_at)
    if isinstance(error, Refused) or tried_for >= TRIED_FOR:
        return _finish(delivery, state=State.FAILED, finished_at=Now(), last_error=str(error))
    wait = max(delay(delivery.attempts), error.after if isinstance(error, Deferred) else timedelta())
    return _finish(delivery, state=State.PENDING, next_attempt_at=Now() + wait, last_error=str(error))


def delay(attempts: int) -> timedelta:
    """Full jitter: anything up to a bound that doubles, so that what failed together does not come back together."""
    bound = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(attempts - 1, 20))
    return bound * _random.random()


def release(token: UUID) -> None:
    """What was claimed and not begun goes back as it was."""
    _leased(token).update(state=State.PENDING, lease_token=None, lease_until=None)


def _leased(token: UUID) -> Deliveries:
    return Delivery.objects.filter(lease_token=token, state=State.PROCESSING)


def _finish(delivery: Delivery, **values: object) -> bool:
    mine = Delivery.objects.filter(pk=delivery.pk, lease_token=delivery.lease_token, state=State.PROCESSING)
    return bool(mine.update(lease_token=None, lease_until=None, unfinished=0, **values))
