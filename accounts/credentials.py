"""Through what a person can act: the own session, the applications that were granted access, and API keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import TokenFamily, User
from crm.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Credential:
    """`scopes` None means the whole role."""

    key: str
    kind: str
    label: str
    scopes: tuple[str, ...] | None = None
    team_id: UUID | None = None

    def actor_of(self, person: User) -> Actor:
        actor = actor_for(person, door="api" if self.scopes is not None else "page", scopes=self.scopes)
        return actor.within_team(self.team_id) if self.team_id else actor


SESSION = Credential("session", "session", "Signed in, with the whole role")


def credentials_of(person: User, at: datetime | None = None) -> list[Credential]:
    """The session first; a program's own account has none, and acts through its client alone."""
    now = at or timezone.now()
    granted = [SESSION, *_applications(person, now), *_keys(person, now)]
    return [*_own_clients(person)] if person.is_service else granted


def _own_clients(person: User) -> Iterable[Credential]:
    for client in person.service_clients.filter(is_active=True):
        yield Credential(f"client:{client.pk}", "client credentials", client.name, tuple(client.scopes))


def _applications(person: User, at: datetime) -> Iterable[Credential]:
    families = person.token_families.filter(revoked_at__isnull=True).select_related("application", "user")
    for family in families:
        if family.is_live(at):
            yield Credential(f"application:{family.pk}", "application", family.application.name, _scopes(family))


def _keys(person: User, at: datetime) -> Iterable[Credential]:
    for key in person.api_keys.live(at):
        yield Credential(f"key:{key.pk}", "key", key.name, tuple(key.usable_scopes), key.team_id)


def _scopes(family: TokenFamily) -> tuple[str, ...]:
    """What was granted, less what the application has lost since."""
    allowed = set(family.application.scopes)
    return tuple(scope for scope in family.scope.split() if scope in allowed)
