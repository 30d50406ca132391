"""What a check found: about whom, why, and on which events it rests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from auditlog.alerts.data import Subject
from auditlog.models import SecurityEvent, Severity

INSTALLATION = "installation"
ORDER = tuple(Severity)


@dataclass(frozen=True, slots=True)
class About:
    """Whom or what an alert is about; `key` groups its findings."""

    key: str = INSTALLATION
    person_id: UUID | None = None
    person_label: str = ""
    key_id: UUID | None = None
    key_label: str = ""
    address: str = ""
    team_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, without a word of any language: a key, and the figures and names that its sentence needs."""

    key: str
    values: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Finding:
    """`reason` says why, as a key of auditlog.alerts.explaining; `severity` is the highest of its events."""

    about: About
    reason: Reason
    severity: Severity
    at: datetime
    since: datetime
    events: tuple[UUID, ...] = field(default=())


def details_of(event: SecurityEvent) -> dict[str, Any]:
    return dict(json.loads(event.details or "{}"))


def about(event: SecurityEvent, subject: Subject) -> About:
    """Grouped by what the rule watches, or where the event does not name it, by the next best."""
    details = details_of(event)
    key_id = _uuid(details.get("key"))
    names: Mapping[str, str] = {
        "key": f"key:{key_id}" if key_id else "",
        "person": f"person:{event.person_id}" if event.person_id else "",
        "address": f"address:{event.network}" if event.network else "",
    }
    grouped = next((name for name in (names[subject], names["person"], names["address"]) if name), INSTALLATION)
    # Whom an address tried is not who is there.
    is_person = subject != "address"
    return About(
        key=grouped,
        person_id=event.person_id if is_person else None,
        person_label=event.person_label if is_person else "",
        key_id=key_id,
        key_label=str(details.get("name", ""))[:255] if key_id else "",
        address=event.address,
        team_id=event.team_id,
    )


def highest(severities: Any) -> Severity:
    return max(map(Severity, severities), key=ORDER.index)


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
