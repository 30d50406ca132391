"""Every mutation of an endpoint: webhook_<action>(actor, …). A secret is answered by who makes it, once."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from auditlog import writes
from auditlog.services import last_words, record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked, save_changes
from crm.core.errors import Forbidden, invalid_field
from crm.core.ids import uuid7
from crm.outbox.models import Delivery, State
from crm.outbox.services import enqueue_many
from crm.transfer.rights import rights_of
from crm.webhooks.announcing import WEBHOOK, topic_of, trial_of
from crm.webhooks.checking import check_url, checked_events, checked_fields
from crm.webhooks.errors import TooManyWebhooks
from crm.webhooks.models import Webhook
from crm.webhooks.signing import new_secret
from crm.webhooks.standing import wake

MOST_WEBHOOKS = 50  # of a team
USUAL_OVERLAP, LONGEST_OVERLAP = 24, 168  # hours
CHANGEABLE = {"name", "url", "description", "events", "changed_fields", "is_active"}


@transaction.atomic
def webhook_create(
    actor: Actor, *, url: str, events: list[str], name: str = "", id: UUID | None = None, **values: Any
) -> tuple[Webhook, str]:
    """The endpoint and its secret. It sees what the actor sees. Raises Invalid, Forbidden, Conflict."""
    new = Webhook(secret=new_secret(), rights=rights_of(actor))
    given = {"url": url, "events": events, "name": name or urlsplit(url).hostname or "", **values}
    made = writes.create(actor, new, {"id": id, **_checked(actor, new, given), "owner": _person(actor)})
    if Webhook.objects.filter(team_id=made.team_id).count() > MOST_WEBHOOKS:
        raise TooManyWebhooks()
    return made, made.secret


@transaction.atomic
def webhook_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Webhook:
    """It sees what the actor sees. Switched on or moved, it begins anew. Raises as creation, NotFound, Stale."""
    webhook = fetch_locked(Webhook, actor, "write", pk, version)
    if unknown := sorted(set(values) - CHANGEABLE):
        raise invalid_field(unknown[0], "There is no such field.", "unknown_field")
    was_active = webhook.is_active
    if not writes.apply(actor, webhook, {**_checked(actor, webhook, values), "owner": _person(actor)}):
        return webhook
    webhook.rights = rights_of(actor)
    if webhook.is_active and (not was_active or "url" in values):
        webhook.failures, webhook.failing_since, webhook.resting_until, webhook.stopped_because = 0, None, None, ""
        wake(webhook)
    webhook.save(update_fields=["rights", "failures", "failing_since", "resting_until", "stopped_because"])
    return webhook


@transaction.atomic
def webhook_rotate(
    actor: Actor, pk: UUID | str, *, overlap_hours: int = USUAL_OVERLAP, version: int | None = None,
    at: datetime | None = None,
) -> tuple[Webhook, str]:  # fmt: skip
    """A new secret; the one before signs beside it for so many hours, the one before that no more.

    Raises NotFound, Forbidden, Stale, Invalid.
    """
    webhook = fetch_locked(Webhook, actor, "write", pk, version)
    if not 0 <= overlap_hours <= LONGEST_OVERLAP:
        raise invalid_field("overlap_hours", f"0 to {LONGEST_OVERLAP} hours.", "out_of_bounds")
    until = (at or timezone.now()) + timedelta(hours=overlap_hours)
    webhook.previous_secret = webhook.secret if overlap_hours else ""
    webhook.previous_secret_until = until if overlap_hours else None
    webhook.secret = new_secret()
    save_changes(webhook, {"secret", "previous_secret", "previous_secret_until"})
    record(actor, "webhooks.rotated", webhook, {"previous_secret_until": (None, webhook.previous_secret_until)})
    return webhook, webhook.secret


@transaction.atomic
def webhook_test(actor: Actor, pk: UUID | str) -> Delivery:
    """`webhook.test` through the queue, before everything else in it. Raises NotFound, Forbidden."""
    webhook = fetch_locked(Webhook, actor, "write", pk)
    delivery = trial_of(webhook, key=str(uuid7()))
    enqueue_many([delivery])
    record(actor, "webhooks.tested", webhook, {"delivery": (None, str(delivery.pk))})
    return delivery


@transaction.atomic
def webhook_delete(actor: Actor, pk: UUID | str, version: int | None = None) -> None:
    """With its secrets; what waits is not sent, the log goes when its time comes. Raises NotFound, Forbidden, Stale."""
    webhook = fetch_locked(Webhook, actor, "delete", pk, version)
    waiting = Delivery.objects.filter(kind=WEBHOOK, topic=topic_of(webhook.pk), state=State.PENDING)
    waiting.update(state=State.CANCELLED, finished_at=Now(), last_error="The webhook was deleted.")
    record(actor, "webhooks.deleted", webhook, last_words(webhook))
    webhook.delete()


def _checked(actor: Actor, webhook: Webhook, values: dict[str, Any]) -> dict[str, Any]:
    """Raises Invalid."""
    checked = dict(values)
    if "url" in checked:
        check_url(checked["url"])
    if "events" in checked:
        checked["events"] = checked_events(actor, checked["events"])
    if {"events", "changed_fields"} & set(checked):
        events = checked.get("events", webhook.events)
        checked["changed_fields"] = checked_fields(events, checked.get("changed_fields", webhook.changed_fields))
    return checked


def _person(actor: Actor) -> User:
    """A delivery shows what somebody may read, so there must be somebody. Raises Forbidden."""
    if actor.id is None:
        raise Forbidden("Not allowed: only a person can have webhooks.")
    return User.objects.get(pk=actor.id)
