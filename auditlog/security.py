"""The one way a security event is recorded, and told to whoever watches (alerts, logs)."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import structlog

from auditlog.models import SecurityEvent, Severity
from crm.core.actor import Origin
from crm.core.networks import network_of

log = structlog.get_logger("vouch.security")
Watcher = Callable[[SecurityEvent], None]

_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> None:
    """Registers what follows from a security event; called by crm.wiring only."""
    _watchers.append(watcher)


def security_event(
    kind: str,
    severity: Severity,
    origin: Origin,
    *,
    person_id: UUID | None = None,
    person_label: str = "",
    team_id: UUID | None = None,
    **details: str | int | bool | None,
) -> SecurityEvent:
    """Writes one event such as `token.reused` in the caller's transaction and tells the watchers.

    What must outlive a refusal is recorded outside the transaction that the refusal rolls back. `details` must not
    hold a secret: they are kept and shown as they are.
    """
    event = SecurityEvent.objects.create(
        kind=kind,
        severity=severity,
        person_id=person_id,
        person_label=person_label[:255],
        team_id=team_id,
        address=origin.address[:64],
        network=network_of(origin.address),
        agent=origin.agent[:255],
        trace_id=origin.trace_id[:64],
        details=canonical_details(details),
    )
    write = log.info if severity == Severity.INFO else log.warning
    write("security_event", kind=kind, severity=str(severity), person=str(person_id or ""), **_logged(origin))
    for watcher in _watchers:
        watcher(event)
    return event


def canonical_details(details: Mapping[str, Any]) -> str:
    return json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _logged(origin: Origin) -> dict[str, Any]:
    return {"address": origin.address}
