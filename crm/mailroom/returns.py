"""What came back about mails that had left: kept at the delivery, and followed by what it means for the address."""

import structlog
from django.db import IntegrityError, transaction

from auditlog.services import record
from crm.core.actor import Actor
from crm.mailroom.suppressions import bounced, complained
from crm.outbox.models import Delivery, Return, ReturnKind, normalised

log = structlog.get_logger("vouch.mailroom")
BY_INTAKE = Actor.system("mail-intake")


@transaction.atomic
def return_note(delivery: Delivery, *, to: str, kind: str, key: str, status: str = "", said: str = "") -> Return | None:
    """Kept once for a `key` (64 characters at most). None where it changes nothing: it is known, or names an address
    that the delivery never had, which whoever forges one has to guess.

    A mailbox that does not exist gets no more mail, and who complained no more news.
    """
    if normalised(to) != normalised(delivery.recipient):
        log.warning("return_of_another_address", delivery=str(delivery.pk), kind=kind)
        return None
    new = Return(delivery=delivery, kind=kind, status=status[:12], said=said[:500], key=key)
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError:
        return None
    record(BY_INTAKE, "deliveries.returned", delivery, {"kind": (None, str(kind)), "status": (None, new.status)})
    if kind == ReturnKind.HARD:
        bounced(delivery.recipient, new.said)
    elif kind == ReturnKind.COMPLAINT:
        complained(delivery.recipient, new.said)
    return new


def returns_of(delivery: Delivery) -> list[Return]:
    return list(delivery.returns.order_by("at", "id"))  # type: ignore[attr-defined]
