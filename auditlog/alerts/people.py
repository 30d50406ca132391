"""What the security centre must know of people, and does not know itself: registered by crm.wiring."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo
from uuid import UUID

from django.utils import timezone

from auditlog.models import Alert


@dataclass(frozen=True, slots=True)
class Guard:
    """Somebody who can act on an alert, and where to write to them."""

    id: UUID
    email: str


@dataclass(frozen=True, slots=True)
class Directory:
    """`home_team_of` and `zone_of` a person; the `guards_of` an alert: all whose `security:write` reaches it."""

    home_team_of: Callable[[UUID], UUID | None]
    zone_of: Callable[[UUID], tzinfo]
    guards_of: Callable[[Alert], Iterable[Guard]]


_directories: list[Directory] = []


def register_directory(directory: Directory) -> None:
    """Called by crm.wiring only."""
    _directories[:] = [directory]


def home_team(person_id: UUID) -> UUID | None:
    return next((one.home_team_of(person_id) for one in _directories), None)


def zone_of(person_id: UUID) -> tzinfo:
    """The installation's own where nothing is registered."""
    return next((one.zone_of(person_id) for one in _directories), timezone.get_default_timezone())


def guards(alert: Alert) -> list[Guard]:
    """Nobody where nothing is registered."""
    return [guard for one in _directories for guard in one.guards_of(alert)]
