"""What a delivery says: the event, and the record as the API would show it to whoever saved the endpoint, now.

Version 1: `{"type", "timestamp", "data": {"version", "object", "by", "changes", "record"}}`, see docs/webhooks.md.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson

from auditlog.models import AuditEvent
from crm.core.actor import Actor, Denied
from crm.core.api.rendering import OPTIONS, encode_other
from crm.core.custom_fields.definitions import PREFIX
from crm.core.sensitive import hidden_fields
from crm.outbox.errors import Withheld
from crm.outbox.models import Delivery
from crm.webhooks.catalogue import TEST, Hooked, hooked_by_action
from crm.webhooks.desk import Desk
from crm.webhooks.models import Webhook

VERSION = 1
# Changes whose values are names of something else, and say no more than the label or the other record's id.
SHOWN_BESIDE_FIELDS = frozenset({"labels", "merged", "merged_into", "finding"})


def body_of(delivery: Delivery, content: dict[str, Any], webhook: Webhook, desk: Desk) -> bytes:
    """Raises Withheld where the endpoint's rights do not reach the record, or the event is no longer kept."""
    if content["type"] == TEST:
        return _json(TEST, delivery.created_at, {"version": VERSION, "webhook": webhook.pk})
    event = desk.event_of(content)
    if event is None or event.team_id != webhook.team_id:
        raise Withheld("The event is no longer kept.")
    hooked, type = hooked_by_action()[event.action]
    return _json(type, event.at, _data(hooked, event, desk.actor_of(webhook), desk.record_of(webhook, event)))


def _json(type: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    said = {"type": type, "timestamp": at, "data": data}
    return orjson.dumps(said, default=encode_other, option=OPTIONS)


def _data(hooked: Hooked, event: AuditEvent, actor: Actor, record: Any) -> dict[str, Any]:
    changes = json.loads(event.changes or "{}")
    owner, _after = changes.get("owner", (None, None))
    about = record or gone_for(actor, hooked, event.object_id, event.team_id, owner)
    hidden = hidden_fields(actor, about, hooked.model)
    return {
        "version": VERSION,
        "object": {"kind": hooked.kind, "id": event.object_id, "team": event.team_id},
        "by": {"id": event.actor_id, "kind": event.actor_kind, "door": event.door},
        "changes": {
            name: {"before": before, "after": after}
            for name, (before, after) in changes.items()
            if name not in hidden and _is_shown(hooked, name)
        },
        "record": _shown(hooked, record, actor) if record else None,
    }


def readable_for(actor: Actor, hooked: Hooked, pk: str, team: Any, owner: str | None) -> Any:
    """The record of the team, an archived one too; of one that was deleted, what stands for it (team and owner).

    Raises Withheld where the actor may not read it.
    """
    record = hooked.model.objects.for_actor(actor).filter(pk=pk, team_id=team).first()
    return record or gone_for(actor, hooked, pk, team, owner)


def gone_for(actor: Actor, hooked: Hooked, pk: str, team: Any, owner: str | None) -> Any:
    """What stands for a record that was deleted. One that is there and may not be read is told of to nobody.

    Raises Withheld.
    """
    if hooked.model._base_manager.filter(pk=pk).exists():
        raise Withheld(f"The endpoint's rights do not reach this {hooked.kind}.")
    gone = SimpleNamespace(team_id=UUID(str(team)), owner_id=UUID(owner) if owner else None)
    verdict = actor.covers(f"{hooked.model.RESOURCE}:read", gone)
    if isinstance(verdict, Denied):
        raise Withheld(f"The endpoint's rights do not reach this {hooked.kind}: {verdict.reason}.")
    return gone


def _is_shown(hooked: Hooked, name: str) -> bool:
    """Fields of the record alone: the trail also names people and files, which have rights of their own."""
    own = {field.name for field in hooked.model._meta.concrete_fields}
    return name in own or name in SHOWN_BESIDE_FIELDS or name.startswith(PREFIX)


def _shown(hooked: Hooked, record: Any, actor: Actor) -> dict[str, Any]:
    return hooked.serializer(context={"request": SimpleNamespace(actor=actor)}).to_representation(record)
