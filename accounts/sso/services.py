"""Connections as an administrator sets them up. None hands out more than its administrator has."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import Q

from accounts.administration.grants import ensure_may_grant, is_within
from accounts.administration.superadmins import SUPERADMIN, lock_superadmins
from accounts.models import Role, SsoConnection, User
from auditlog import writes
from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.addresses import NO_RECORD
from crm.core.changes import ensure_may, fetch_locked
from crm.core.errors import Conflict, Forbidden, invalid_field

# Whoever chooses these chooses who is believed to be one of the people below the domains.
WHO_IS_BELIEVED = {
    *("kind", "domains", "discovery_url", "client_id", "idp_entity_id", "idp_sso_url", "idp_certificate"),
    *("trusts_addresses", "is_enabled"),
}
# With another provider, the ids that people were known by mean somebody else.
WHOSE_IDS = {"kind", "discovery_url", "client_id", "idp_entity_id"}


@transaction.atomic
def sso_connection_create(actor: Actor, *, client_secret: str = "", **values: Any) -> SsoConnection:
    """Raises Forbidden (`beyond_own_grants`), Conflict (`domain_taken`), Invalid."""
    ensure_may(actor, "settings:manage", SsoConnection())
    _ensure_allowed(actor, values)
    connection = writes.create(actor, SsoConnection(client_secret=client_secret), values)
    _ensure_within_own_grants(actor, connection)
    _tell(actor, connection, "created")
    return connection


@transaction.atomic
def sso_connection_update(
    actor: Actor, pk: UUID | str, *, version: int | None = None, client_secret: str = "", **values: Any
) -> SsoConnection:
    """An empty secret keeps the one there is. Raises as creation does, and Stale, NotFound."""
    connection = fetch_locked(SsoConnection, actor, "write", pk, version)
    _ensure_allowed(actor, values, connection)
    if client_secret:
        connection.client_secret = client_secret
        connection.save(update_fields=["client_secret"])
        record(actor, "sso_connections.secret_changed", connection)
    changes = writes.apply(actor, connection, values)
    if connection.is_enabled and WHO_IS_BELIEVED & set(changes):
        _ensure_within_own_grants(actor, connection)
    if WHOSE_IDS & set(changes):
        SocialAccount.objects.filter(provider=connection.slug).delete()
    if changes or client_secret:
        _tell(actor, connection, "changed")
    return connection


@transaction.atomic
def sso_connection_delete(actor: Actor, pk: UUID | str, version: int | None = None) -> None:
    """People stay, and sign in by password once they have reset it."""
    connection = fetch_locked(SsoConnection, actor, "delete", pk, version)
    SocialAccount.objects.filter(provider=connection.slug).delete()
    _tell(actor, connection, "deleted")
    writes.delete(SsoConnection, actor, pk)


def _ensure_allowed(actor: Actor, values: Mapping[str, Any], current: SsoConnection | None = None) -> None:
    names = set((values.get("role_map") or {}).values())
    roles = list(Role.objects.filter(name__in=names))
    if unknown := sorted(names - {role.name for role in roles}):
        raise invalid_field("role_map", f"There is no role {', '.join(map(str, unknown))}.", "unknown_role")
    for role in filter(None, [*roles, values.get("default_role")]):
        if role.name == SUPERADMIN:
            raise invalid_field(
                "role_map", "Nobody becomes super administrator by single sign-on.", "superadmin_by_sso"
            )
        ensure_may_grant(actor, role)
    if "domains" in values:
        _ensure_free(values["domains"], current)


def _ensure_within_own_grants(actor: Actor, connection: SsoConnection) -> None:
    """Raises Forbidden (`beyond_own_grants`): by a provider of one's own one becomes anybody of its domains."""
    ends = reduce(or_, (Q(email__iendswith=f"@{domain}") for domain in connection.domains))
    people = User.objects.filter(ends, is_active=True, is_service=False).exclude(role__name=SUPERADMIN)
    for role in Role.objects.filter(pk__in=people.values("role")):
        if not is_within(actor, role):
            message = f"People of these domains may do more than you ({role}). A super administrator has to do this."
            raise Forbidden(message, code="beyond_own_grants")


def _ensure_free(domains: Any, current: SsoConnection | None) -> None:
    """Raises Conflict (`domain_taken`). Two administrators at once stand in a line."""
    lock_superadmins()
    others = SsoConnection.objects.exclude(pk=current.pk if current else NO_RECORD)
    taken = sorted({domain for one in others for domain in one.domains if domain in domains})
    if taken:
        raise Conflict(f"Another connection has {', '.join(taken)}.", code="domain_taken")


def _tell(actor: Actor, connection: SsoConnection, what: str) -> None:
    person = {"person_id": actor.id, "person_label": actor.label}
    security_event("sso.configured", Severity.MEDIUM, actor.origin, **person, connection=connection.name, what=what)  # type: ignore[arg-type]
