"""What the deliveries of a batch need, read for all of them together: endpoints with their rights, events, records.

A second later it is read anew, so that a right that was taken away, or a switch, counts at once.
"""

from collections import defaultdict
from collections.abc import Sequence
from time import monotonic
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.custom_fields.definitions import Definition, remembered
from crm.outbox.models import Delivery
from crm.transfer.rights import actor_behind
from crm.webhooks.catalogue import Hooked, hooked_by_action
from crm.webhooks.models import Webhook

FRESH = 1.0  # seconds


class Desk:
    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        self._deliveries = deliveries
        self.forget()

    def forget(self) -> None:
        """Something was changed: what is asked for next is read anew."""
        self._read_at = -FRESH
        self._webhooks: dict[str, Webhook] = {}
        self._actors: dict[Any, Actor] = {}
        self._events: dict[str, AuditEvent] = {}
        self._records: dict[tuple[Any, str], Any] = {}
        self.definitions: dict[str, list[Definition]] = {}

    def webhook_of(self, delivery: Delivery) -> Webhook | None:
        self._read(delivery)
        return self._webhooks.get(delivery.topic)

    def actor_of(self, webhook: Webhook) -> Actor:
        """Whoever saved it, as far as they may today."""
        if webhook.pk not in self._actors:
            self._actors[webhook.pk] = actor_behind(webhook.owner, webhook.rights, door="job")
        return self._actors[webhook.pk]

    def event_of(self, content: dict[str, Any]) -> AuditEvent | None:
        return self._events.get(content["event"])

    def record_of(self, webhook: Webhook, event: AuditEvent) -> Any:
        """The record of the endpoint's team, where its rights reach it; an archived one, too."""
        return self._records.get((webhook.pk, event.object_id))

    def _read(self, asked: Delivery) -> None:
        is_known = any(one.pk == asked.pk for one in self._deliveries)
        if is_known and monotonic() - self._read_at < FRESH:
            return
        self.forget()
        self._deliveries = self._deliveries if is_known else [asked]
        rests = Q(resting_until__gt=Now())
        found = Webhook.objects.select_related("owner__role").annotate(is_resting=rests)  # type: ignore[no-redef]
        wanted = {one.topic for one in self._deliveries}
        self._webhooks = {str(one.pk): one for one in found.filter(pk__in=wanted)}
        contents = [(one, one.content()) for one in self._deliveries]
        pks = {content["event"] for _one, content in contents if "event" in content}
        self._events = {str(one.pk): one for one in AuditEvent.objects.filter(pk__in=pks)}
        with remembered(self.definitions):
            self._read_records(contents)
        self._read_at = monotonic()

    def _read_records(self, contents: list[tuple[Delivery, dict[str, Any]]]) -> None:
        wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
        for delivery, content in contents:
            if event := self._events.get(content.get("event", "")):
                wanted[delivery.topic, event.action].add(event.object_id)
        for (topic, action), pks in wanted.items():
            if webhook := self._webhooks.get(topic):
                self._keep(webhook, hooked_by_action()[action][0], pks)

    def _keep(self, webhook: Webhook, hooked: Hooked, pks: set[str]) -> None:
        rows = hooked.model.objects.for_actor(self.actor_of(webhook)).filter(pk__in=pks, team_id=webhook.team_id)
        for record in rows.prefetch_related(*hooked.serializer.collections()):
            self._records[webhook.pk, str(record.pk)] = record
