"""Who gets no mail: asked before each one, and told by a server that knows no such mailbox."""

from collections.abc import Callable

from crm.outbox.models import Delivery, Suppression
from crm.outbox.models.suppressions import FOR_EVERY_MAIL, fingerprint_of

# (address, what the server said)
Bounced = Callable[[str, str], None]

_listeners: list[Bounced] = []
# Enhanced status codes (RFC 3463) of mailboxes and domains that do not exist; a full one, or a blocked sender, passes.
BOUNCES = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")


def suppression_of(address: str, *, transactional: bool) -> Suppression | None:
    """What stands against a mail to this address; news are stopped by more than what somebody must get."""
    found = Suppression.objects.filter(fingerprint=fingerprint_of(address)).first()
    return found if found and (not transactional or found.reason in FOR_EVERY_MAIL) else None


def held_back(delivery: Delivery) -> str:
    """Why this mail is not sent, in words; empty where nothing stands against it. One query."""
    found = suppression_of(delivery.recipient, transactional=delivery.is_transactional)
    if found is None:
        return ""
    detail = f": {found.detail}" if found.detail else ""
    return f"The address is suppressed ({found.get_reason_display()}{detail})."[:500]


def when_bounced(listener: Bounced) -> None:
    """Called by crm.wiring only."""
    _listeners[:] = [listener]


def is_bounce(said: str) -> bool:
    """`5.1.1 No such user` and its like."""
    return said.split(" ", 1)[0] in BOUNCES


def tell_bounced(address: str, said: str) -> None:
    for listener in _listeners:
        listener(address, said)
