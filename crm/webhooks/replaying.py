"""Sending again: one delivery, or all of a stretch of time, each under the id it had."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.core.errors import NotFound, invalid_field
from crm.outbox.hints import hint_on_commit
from crm.outbox.models import FINISHED, Delivery, State
from crm.webhooks.announcing import WEBHOOK, topic_of
from crm.webhooks.catalogue import TEST
from crm.webhooks.errors import NothingToReplay
from crm.webhooks.models import Webhook

MOST_REPLAYED = 10_000


def deliveries_of(webhook: Webhook) -> Any:
    return Delivery.objects.filter(kind=WEBHOOK, topic=topic_of(webhook.pk))


@transaction.atomic
def webhook_replay(
    actor: Actor,
    pk: UUID | str,
    *,
    delivery: UUID | str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    states: Collection[str] = tuple(map(str, FINISHED)),
) -> int:
    """One `delivery`, or those enqueued from `since` to `until` that ended so; answers how many are sent again.

    They keep their ids, show the records as they are now, and have three days of tries before them. Raises NotFound,
    Forbidden, Invalid, Conflict (`nothing_to_replay`).
    """
    webhook = fetch_locked(Webhook, actor, "write", pk)
    if not webhook.is_active:
        raise NothingToReplay("The webhook is switched off. Switch it on first.")
    rows = _one(webhook, delivery) if delivery else _between(webhook, since, until, states)
    number = rows.update(
        state=State.PENDING, next_attempt_at=Now(), retried_at=timezone.now(), finished_at=None, unfinished=0
    )
    if delivery and not number:
        raise NothingToReplay()
    record(actor, "webhooks.replayed", webhook, _told(number, delivery, since, until))
    hint_on_commit(WEBHOOK)
    return number


def _one(webhook: Webhook, pk: UUID | str) -> Any:
    rows = deliveries_of(webhook).exclude(subject=TEST)
    try:
        if not rows.filter(pk=pk).exists():
            raise NotFound()
    except (ValidationError, ValueError):
        raise NotFound() from None
    return rows.filter(pk=pk, state__in=FINISHED)


def _between(webhook: Webhook, since: datetime | None, until: datetime | None, states: Collection[str]) -> Any:
    if since is None:
        raise invalid_field("since", "Name one delivery, or from when on.", "required")
    if until is not None and until <= since:
        raise invalid_field("until", "It must lie after the beginning.", "out_of_bounds")
    if unknown := sorted(set(states) - set(FINISHED)):
        raise invalid_field("states", f"{unknown[0]} is no end; {', '.join(FINISHED)} are.", "invalid_choice")
    rows = deliveries_of(webhook).exclude(subject=TEST).filter(state__in=states, created_at__gte=since)
    rows = rows.filter(created_at__lt=until) if until else rows
    if rows.count() > MOST_REPLAYED:
        raise invalid_field(
            "since", f"More than {MOST_REPLAYED:,} deliveries. Take a shorter stretch.", "out_of_bounds"
        )
    return rows


def _told(number: int, delivery: Any, since: Any, until: Any) -> dict[str, tuple[None, Any]]:
    named = {"delivery": str(delivery) if delivery else None, "since": since, "until": until}
    return {"replayed": (None, number), **{name: (None, value) for name, value in named.items() if value}}
