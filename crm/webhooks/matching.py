"""Which endpoints want an event. Asked for everything that is recorded, so it says no as early as it can."""

import json
from collections.abc import Iterable
from functools import lru_cache

from auditlog.models import AuditEvent
from crm.webhooks.catalogue import types_of
from crm.webhooks.models import Webhook


def wants(webhook: Webhook, event: AuditEvent, type: str) -> bool:
    return type in _types(tuple(webhook.events)) and _touches(event, webhook.changed_fields)


@lru_cache(maxsize=1024)
def _types(patterns: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for pattern in patterns for name in types_of(pattern))


def _touches(event: AuditEvent, names: Iterable[str]) -> bool:
    """A new record changes every field that it has a value for; an event without changes touches none."""
    wanted = set(names)
    return not wanted or not wanted.isdisjoint(json.loads(event.changes or "{}"))
