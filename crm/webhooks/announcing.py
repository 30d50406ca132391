"""The observer of the trail: a delivery for each endpoint that wants an event, in the transaction that recorded it.

No network, and no look at the record: what is sent is put together when it is sent, with the rights of that moment.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from auditlog.models import AuditEvent
from crm.outbox.models import Delivery, Priority
from crm.outbox.services import enqueue_many
from crm.webhooks.catalogue import TEST, hooked_by_action
from crm.webhooks.matching import wants
from crm.webhooks.models import Webhook

WEBHOOK = "webhook"
# What matching and enqueueing need; secrets stay where they are.
NEEDED = ("id", "team_id", "url", "events", "changed_fields", "resting_until")

Told = tuple[AuditEvent, str]


def announce(events: Sequence[AuditEvent]) -> None:
    """One query for all of `events`, none where nobody can listen; one statement for all deliveries."""
    known = hooked_by_action()
    told = [(one, known[one.action][1]) for one in events if one.action in known and one.team_id]
    if not told:
        return
    listening = _listening({event.team_id for event, _type in told})
    if listening:
        wanted = (
            delivery_of(webhook, event, type)
            for event, type in told
            for webhook in listening.get(event.team_id, ())
            if wants(webhook, event, type)
        )
        enqueue_many(list(wanted))


def delivery_of(webhook: Webhook, event: AuditEvent, type: str) -> Delivery:
    """Deliveries about one record to one endpoint are a series: they are sent in their order."""
    new = _new(webhook, f"{WEBHOOK}:{webhook.pk}:{event.pk}", type)
    new.series = f"{webhook.pk.hex}:{event.object_id}"
    new.fill({"type": type, "event": str(event.pk)})
    if webhook.resting_until:
        new.next_attempt_at = webhook.resting_until
    return new


def trial_of(webhook: Webhook, key: str) -> Delivery:
    """Goes before all others, and also to an endpoint that is switched off: whoever asks wants to see it now."""
    new = _new(webhook, f"{WEBHOOK}:{webhook.pk}:test:{key}", TEST)
    new.priority = Priority.HIGH
    new.fill({"type": TEST})
    return new


def topic_of(pk: UUID) -> str:
    """What the deliveries to an endpoint are found by."""
    return str(pk)


def _new(webhook: Webhook, key: str, type: str) -> Delivery:
    host: Any = urlsplit(webhook.url).hostname
    return Delivery(
        kind=WEBHOOK, key=key, topic=topic_of(webhook.pk), recipient=host or "", subject=type, team_id=webhook.team_id
    )


def _listening(teams: set[Any]) -> dict[Any, list[Webhook]]:
    found = defaultdict(list)
    for webhook in Webhook.objects.filter(team_id__in=teams, is_active=True).only(*NEEDED):
        found[webhook.team_id].append(webhook)
    return found
