"""Who wants to know that a delivery was sent: by topic, the part of its key before the first colon."""

from collections.abc import Callable

import structlog

from crm.outbox.models import Delivery

Follower = Callable[[Delivery], None]

log = structlog.get_logger("vouch.outbox")
_followers: dict[str, Follower] = {}


def when_sent(topic: str, follower: Follower) -> None:
    """`follower` is called after each delivery of the topic that was sent. Called by crm.wiring only."""
    _followers[topic] = follower


def tell_follower(delivery: Delivery) -> None:
    """What it does wrong does not change that the delivery was sent."""
    follower = _followers.get(delivery.key.partition(":")[0])
    try:
        if follower is not None:
            follower(delivery)
    except Exception:
        log.exception("follower_failed", key=delivery.key)
