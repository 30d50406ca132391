"""The log of tries as one reader may see it: what was sent was what its owner may read, and readers may read less."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.core.actor import Actor
from crm.core.custom_fields.definitions import COLUMN, PREFIX
from crm.core.sensitive import hidden_fields
from crm.outbox.errors import Withheld
from crm.outbox.models import Delivery
from crm.webhooks.catalogue import HOOKED
from crm.webhooks.models import WebhookTry
from crm.webhooks.payload import readable_for

SHOWN = 100
_BY_KIND = {one.kind: one for one in HOOKED}


@dataclass(frozen=True, slots=True)
class ShownTry:
    """`body` is empty where the reader may not read the record, or a person was erased."""

    number: int
    at: datetime
    url: str
    headers: dict[str, str]
    body: str
    status: int | None
    answer: str
    error: str
    milliseconds: int


def tries_of(actor: Actor, delivery: Delivery) -> list[ShownTry]:
    """The newest first."""
    tries = WebhookTry.objects.filter(delivery=delivery).order_by("-at", "-id")[:SHOWN]
    return [_shown(actor, one) for one in tries]


def _shown(actor: Actor, one: WebhookTry) -> ShownTry:
    return ShownTry(
        number=one.number,
        at=one.at,
        url=one.url,
        headers=one.headers,
        body=_body(actor, one.body),
        status=one.status,
        answer=one.answer,
        error=one.error,
        milliseconds=one.milliseconds,
    )


def _body(actor: Actor, text: str) -> str:
    if not text:  # it was about somebody who was erased
        return ""
    said = json.loads(text)
    data: dict[str, Any] = said["data"]
    if about := data.get("object"):
        hooked = _BY_KIND[about["kind"]]
        try:
            record = readable_for(
                actor, hooked, about["id"], about["team"], data["changes"].get("owner", {}).get("before")
            )
        except Withheld:
            return ""
        _hide(data, hidden_fields(actor, record, hooked.model))
    return json.dumps(said, indent=2, ensure_ascii=False)


def _hide(data: dict[str, Any], hidden: frozenset[str]) -> None:
    data["changes"] = {name: pair for name, pair in data["changes"].items() if name not in hidden}
    if record := data["record"]:
        data["record"] = {name: value for name, value in record.items() if name not in hidden}
        if COLUMN in record:
            kept = {key: value for key, value in record[COLUMN].items() if PREFIX + key not in hidden}
            data["record"][COLUMN] = kept
