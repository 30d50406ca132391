"""Applications a person granted access to: each with the devices it was granted on, and their end."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Application, TokenFamily, User
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import ensure_may
from crm.core.errors import Forbidden, NotFound


@dataclass
class Granted:
    """One application; `families` are its devices, the one used last first."""

    application: Application
    families: list[TokenFamily] = field(default_factory=list)

    @property
    def scopes(self) -> list[str]:
        """What was granted on any device, less what the application has lost since."""
        granted = {scope for family in self.families for scope in family.scope.split()}
        return [scope for scope in self.application.scopes if scope in granted]

    @property
    def since(self) -> datetime:
        return min(family.started_at for family in self.families)

    @property
    def last_used_at(self) -> datetime:
        return max(family.last_used_at for family in self.families)


def granted_by(actor: Actor, person: User) -> list[Granted]:
    """Live ones, the one used last first. Raises Forbidden, NotFound as `ensure_may_end`."""
    ensure_may_end(actor, person)
    found: dict[Any, Granted] = {}
    for family in person.token_families.live().select_related("application"):
        found.setdefault(family.application_id, Granted(family.application)).families.append(family)
    return list(found.values())


@transaction.atomic
def grant_revoke(actor: Actor, person: User, application: UUID | str) -> None:
    """Ends what the application was granted on every device. Raises NotFound, Forbidden."""
    _end(actor, person, person.token_families.live().filter(application=application))


@transaction.atomic
def grant_revoke_device(actor: Actor, person: User, family: UUID | str) -> None:
    """Ends what was granted on one device. Raises NotFound, Forbidden."""
    _end(actor, person, person.token_families.live().filter(pk=family))


@transaction.atomic
def grants_revoke_all(actor: Actor, person: User) -> None:
    ensure_may_end(actor, person)
    _revoke(actor, person.token_families.live())


def ensure_may_end(actor: Actor, person: User) -> None:
    """One's own, by a session: a token speaks for its own application alone. Others' with `users:manage`."""
    if person.pk != actor.id:
        if not User.objects.for_actor(actor, "read").filter(pk=person.pk).exists():
            raise NotFound()
        ensure_may(actor, "users:manage", person)
        if not User.objects.for_actor(actor, "manage").filter(pk=person.pk).exists():
            raise Forbidden("This person is outside your reach.")
    elif actor.credential in ("token", "key"):
        raise Forbidden("Only a signed-in person may do this, not a token or key.", code="session_required")


def _end(actor: Actor, person: User, families: Any) -> None:
    ensure_may_end(actor, person)
    if not _revoke(actor, families):
        raise NotFound()


def _revoke(actor: Actor, families: Iterable[TokenFamily]) -> int:
    """How many; each with its event, which names the application."""
    reason = "revoked_by_person"
    ended = [family for family in families if family.revoke(reason)]
    for family in ended:
        record(actor, "tokens.revoked", family)
    return len(ended)
