"""Whom an identity provider's word opens the door for. Everything that is not certain is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models.functions import Lower

from accounts.actors import actor_for
from accounts.administration.people import user_create
from accounts.administration.superadmins import SUPERADMIN
from accounts.models import Role, SsoConnection, User
from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record
from crm.core.actor import Actor, Origin


class SsoRefused(Exception):
    """`reason` is for the trail; people get one sentence for all of them."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Claims:
    """What the provider says. `is_verified` is None where it says nothing about the address."""

    subject: str
    email: str
    is_verified: bool | None = None
    name: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def person_for(connection: SsoConnection, claims: Claims, origin: Origin) -> User:
    """The account to sign in to, made if the connection says so. Raises SsoRefused, CrmError."""
    _ensure_vouched(connection, claims)
    linked = SocialAccount.objects.select_related("user__role").filter(provider=connection.slug, uid=claims.subject)
    account = linked.first()
    user = account.user if account else _named(claims.email)
    if user is None:
        user = _created(connection, claims)
    _ensure_welcome(connection, user)
    if account is None:
        _link(connection, claims, user, origin)
    return user


def _named(email: str) -> User | None:
    """By the very letters: a database that takes ſ for s, or ı for i, would open somebody else's account."""
    return User.objects.select_related("role").alias(name=Lower("email")).filter(name=email.lower()).first()


def _ensure_vouched(connection: SsoConnection, claims: Claims) -> None:
    if not connection.is_enabled:
        raise SsoRefused("connection_disabled")
    if not claims.subject or not claims.email:
        raise SsoRefused("incomplete_identity")
    if not connection.covers(claims.email):
        raise SsoRefused("foreign_domain")
    if claims.is_verified is False or not (claims.is_verified or connection.trusts_addresses):
        raise SsoRefused("unverified_email")


def _ensure_welcome(connection: SsoConnection, user: User) -> None:
    """A super administrator signs in by password and factor: who may set up a connection must not become one by it."""
    if not connection.covers(user.email):
        raise SsoRefused("foreign_domain")
    if not user.is_active or user.is_service:
        raise SsoRefused("inactive")
    if user.is_superuser:
        raise SsoRefused("superadmin")


def _link(connection: SsoConnection, claims: Claims, user: User, origin: Origin) -> None:
    """From here on the provider's own id counts: an address given on to a second person opens nothing."""
    if SocialAccount.objects.filter(provider=connection.slug, user=user).exists():
        raise SsoRefused("linked_to_another")
    SocialAccount.objects.create(provider=connection.slug, uid=claims.subject, user=user)
    record(actor_for(user, origin=origin), "users.sso_linked", user, {"connection": (None, connection.name)})
    person = {"person_id": user.pk, "person_label": str(user)}
    security_event("sso.linked", Severity.INFO, origin, **person, connection=connection.name)  # type: ignore[arg-type]


def _created(connection: SsoConnection, claims: Claims) -> User:
    if not connection.creates_people:
        raise SsoRefused("unknown_person")
    role = role_for(connection, claims)
    if role is None or role.name == SUPERADMIN:
        raise SsoRefused("no_role")
    teams = [connection.team] if connection.team else []
    actor = Actor.system(f"sso:{connection.name}")
    return user_create(actor, email=claims.email, full_name=claims.name[:150], role=role, teams=teams)


def role_for(connection: SsoConnection, claims: Claims) -> Role | None:
    """The first line of the map that the claim holds, else the default."""
    said = claims.attributes.get(connection.role_claim) if connection.role_claim else None
    values = {str(one) for one in (said if isinstance(said, list) else [said])}
    name = next((role for value, role in connection.role_map.items() if value in values), None)
    return Role.objects.filter(name=name).first() if name else connection.default_role
