"""Sending what is due. Every driver (thread, command, Celery) calls `drain` and nothing else."""

from collections.abc import Callable, Iterable

import structlog

from crm.core.metrics import TRIES
from crm.core.trace import traced
from crm.outbox.claims import MOST_UNFINISHED, begin, claim, fail, hold_back, is_due, release, succeed
from crm.outbox.durability import unhurried
from crm.outbox.errors import Deferred, NotDelivered, Postponed, Refused, Unreachable, Withheld
from crm.outbox.followers import tell_follower
from crm.outbox.models import Delivery
from crm.outbox.transports import TRANSPORTS, Transport

BATCH = 20

log = structlog.get_logger("vouch.outbox")


def never() -> bool:
    return False


def drain(limit: int = 100, kinds: Iterable[str] | None = None, stopping: Callable[[], bool] = never) -> int:
    """One pass over the due deliveries of these kinds (all that have a transport), at most `limit` of each.

    Answers how many it tried. Once `stopping` says so, the one in hand is finished and the others are given back.
    """
    return sum(_drain_kind(kind, limit, stopping) for kind in (TRANSPORTS if kinds is None else kinds))


def _drain_kind(kind: str, limit: int, stopping: Callable[[], bool]) -> int:
    if not is_due(kind):
        return 0
    transport, tried = TRANSPORTS[kind], 0
    try:
        while tried < limit and not stopping() and (batch := claim(kind, min(BATCH, limit - tried))):
            done, is_open = _send_batch(transport, batch, stopping)
            tried += done
            if not is_open:
                break
    finally:
        transport.close()
    return tried


def _send_batch(transport: Transport, batch: list[Delivery], stopping: Callable[[], bool]) -> tuple[int, bool]:
    """(how many were tried, whether the way is open)."""
    transport.prepare(batch)
    for number, delivery in enumerate(batch):
        if stopping() or not _send_traced(transport, delivery):
            release(delivery.lease_token)  # type: ignore[arg-type]
            return number + 1, False
    return len(batch), True


def _send_traced(transport: Transport, delivery: Delivery) -> bool:
    with traced(f"delivery {delivery.kind}", delivery.trace_id):
        return _send(transport, delivery)


def _send(transport: Transport, delivery: Delivery) -> bool:
    """False when nothing more of this kind should be tried now."""
    if why := transport.held_back(delivery):
        hold_back(delivery, why)
        return True
    with unhurried(transport.may_repeat):
        is_mine = begin(delivery)
    if not is_mine:
        return True
    error = _attempt(transport, delivery)
    with unhurried(transport.may_repeat):
        is_told = _end(delivery, error)
    TRIES.labels(delivery.kind, "sent" if error is None else type(error).__name__.lower()).inc()
    if error is None:
        if is_told:
            tell_follower(delivery)
        return True
    return _after_failure(delivery, error)


def _end(delivery: Delivery, error: NotDelivered | None) -> bool:
    """Whether it was ours to say so; what the try left is written where there is still a delivery to write it of."""
    is_told = succeed(delivery) if error is None else fail(delivery, error)
    if delivery.at_end and (is_told or Delivery.objects.filter(pk=delivery.pk).exists()):
        delivery.at_end()
    return is_told


def _after_failure(delivery: Delivery, error: NotDelivered) -> bool:
    if isinstance(error, Postponed | Withheld):
        return True
    log.warning(
        "delivery_failed", id=str(delivery.pk), kind=delivery.kind, attempts=delivery.attempts, error=str(error)
    )
    return not isinstance(error, Unreachable)


def _attempt(transport: Transport, delivery: Delivery) -> NotDelivered | None:
    if delivery.unfinished >= MOST_UNFINISHED:
        return Refused(f"The process that sent it ended {MOST_UNFINISHED} times while it did.")
    try:
        transport.send(delivery, delivery.content())
    except NotDelivered as error:
        return error
    except Exception as error:
        log.exception("delivery_broke", id=str(delivery.pk), kind=delivery.kind)
        return Deferred(f"{type(error).__name__}: {error}")
    return None
