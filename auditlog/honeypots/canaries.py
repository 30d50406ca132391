"""Planting what nobody works with, looking after it, and what is recorded when somebody touches it (SEC-9).

What can be planted belongs to floors above; each registers itself in crm.wiring.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auditlog.models import Severity
from auditlog.security import security_event
from crm.core.actor import Actor
from crm.core.canaries import Touch

TOUCHED = "canary.touched"
LONGEST_PATH = 200


@dataclass(frozen=True, slots=True)
class Flock:
    """One kind of canary. `rows` are those that the actor looks after; `about` says what to recognise one by."""

    name: str
    label: Any
    icon: str
    rows: Callable[[Actor], Any]
    remove: Callable[[Actor, Any], object]
    about: Callable[[Any], str]


_flocks: dict[str, Flock] = {}
# Each one callable: plants records, and mints a key; both registered from above.
_makers: dict[str, Callable[..., Any]] = {}


def register_flock(flock: Flock) -> None:
    _flocks[flock.name] = flock


def plant_records_with(plant: Callable[..., Any]) -> None:
    """`plant(actor, *, team, customers, people, domain)` answers the records it made."""
    _makers["records"] = plant


def mint_keys_with(mint: Callable[..., Any]) -> None:
    """`mint(actor, *, name, place)` answers the row and the key itself."""
    _makers["key"] = mint


def flocks() -> list[Flock]:
    return list(_flocks.values())


def maker(kind: str) -> Callable[..., Any]:
    return _makers[kind]


def record_touch(touch: Touch, method: str, path: str) -> None:
    """The sink of crm.core.canaries."""
    actor = touch.actor
    security_event(
        TOUCHED, Severity.CRITICAL, actor.origin, person_id=actor.id, person_label=actor.label, team_id=touch.team_id,
        door=actor.door, credential=actor.credential, on_behalf_of=actor.on_behalf_of, via=touch.via,
        record=f"{touch.kind}:{touch.id}", name=touch.label[:255], method=method, path=path[:LONGEST_PATH],
    )  # fmt: skip
