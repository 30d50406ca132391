"""Enqueueing: one insert in the caller's transaction, kept or lost with the change; never the network."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from crm.outbox.hints import hint_on_commit
from crm.outbox.models import Delivery, Priority

BATCH = 500


def enqueue(
    kind: str,
    payload: dict[str, Any],
    *,
    key: str,
    priority: Priority = Priority.NORMAL,
    sensitive: bool = False,
    recipient: str = "",
    subject: str = "",
    **about: Any,
) -> Delivery:
    """The delivery of this `key` (up to 200 characters), which is made once: a second call answers the first row.

    `payload` is what the transport gets back. `recipient` and `subject` are shown to operators and never encrypted;
    `about` are further columns of the row (`topic`, `is_transactional`, `team_id`, `sent_by_id`).
    """
    new = Delivery(
        kind=kind,
        key=key,
        priority=priority,
        is_sensitive=sensitive,
        recipient=recipient[:320],
        subject=subject[:255],
        **about,
    )
    new.fill(payload)
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError:
        return Delivery.objects.get(key=key)
    hint_on_commit(kind)
    return new


def enqueue_many(deliveries: Sequence[Delivery]) -> None:
    """New ones of one kind, together: a statement for each 500, in the caller's transaction. No key may be taken."""
    if deliveries:
        Delivery.objects.bulk_create(deliveries, batch_size=BATCH)
        hint_on_commit(deliveries[0].kind)
