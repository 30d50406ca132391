"""OAuth clients as an administrator looks after them. Nobody gives a program more than they have themselves."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from oauth2_provider.generators import generate_client_id, generate_client_secret

from accounts.models import Application, Role, Team
from accounts.oauth.client_rules import ensure_may_hold_secrets, ensure_within_own_grants
from accounts.oauth.service_accounts import account_retire, account_set
from auditlog import writes
from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import last_words, record, snapshot
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked, save_changes, validate_record
from crm.core.errors import Conflict, invalid_field
from crm.core.ids import uuid7
from crm.core.permissions import PERMISSIONS

WEB_CLIENT_REDIRECT = "http://127.0.0.1/callback"
DEFAULT_OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)


@transaction.atomic
def client_create(
    actor: Actor,
    *,
    name: str,
    client_type: str,
    redirect_uris: Iterable[str] = (),
    scopes: Iterable[str],
    role: Role | None = None,
    teams: Iterable[Team] = (),
    client_id: str = "",
    id: UUID | None = None,
) -> tuple[Application, str]:
    """The client and its secret, readable this once and empty for a public client.

    With a `role` it gets a service account in `teams`, as which it acts by itself. Raises Forbidden without
    `clients:write`, by an API key or beyond the actor's own grants; Invalid for what cannot be.
    """
    ensure_may(actor, "clients:write", Application())
    ensure_may_hold_secrets(actor)
    secret = generate_client_secret()
    client = Application(
        id=id or uuid7(),
        client_id=client_id or generate_client_id(),
        client_secret=secret,
        name=name,
        client_type=client_type,
        redirect_uris=" ".join(redirect_uris),
        allowed_scopes=" ".join(scopes),
    )
    if role is not None:
        client.user = account_set(actor, client, role, teams)
    validate_record(client, actor)
    ensure_within_own_grants(actor, client)
    client.save(force_insert=True)
    record(actor, "clients.created", client, snapshot(client))
    _secret_handed_out("client.created", actor, client)
    return client, secret if client.is_confidential else ""


@transaction.atomic
def client_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Application:
    """`name`, `redirect_uris`, `scopes`, `role` with `teams`; a `role` of None ends acting by itself.

    Raises NotFound, Forbidden, Stale, Invalid.
    """
    client = fetch_locked(Application, actor, "write", pk, version)
    ensure_within_own_grants(actor, client)
    changed: dict[str, Any] = {field: " ".join(values[word]) for word, field in WORDS.items() if word in values}
    if "name" in values:
        changed["name"] = values["name"]
    former = client.user
    if "role" in values:
        account = account_set(actor, client, values["role"], values.get("teams")) if values["role"] else None
        changed["user"] = account
    writes.apply(actor, client, changed)
    ensure_within_own_grants(actor, client)
    if former is not None and client.user is None:
        account_retire(actor, former)
    return client


WORDS = {"redirect_uris": "redirect_uris", "scopes": "allowed_scopes"}


@transaction.atomic
def client_rotate_secret(
    actor: Actor, pk: UUID | str, *, version: int | None = None, overlap: timedelta = DEFAULT_OVERLAP
) -> tuple[Application, str]:
    """A new secret, readable this once; the one before stays valid for `overlap`, at most seven days.

    Raises NotFound, Forbidden, Stale, Invalid, Conflict (`no_secret`) for a public client.
    """
    client = fetch_locked(Application, actor, "write", pk, version)
    ensure_may_hold_secrets(actor)
    ensure_within_own_grants(actor, client)
    if not client.is_confidential:
        raise Conflict("A public client has no secret.", code="no_secret")
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise invalid_field("overlap_hours", "Between 0 and 168 hours.", "out_of_bounds")
    secret, until = generate_client_secret(), timezone.now() + overlap if overlap else None
    client.previous_secret, client.previous_secret_expires_at = client.client_secret if until else "", until
    client.client_secret = secret
    save_changes(client, {"client_secret", "previous_secret", "previous_secret_expires_at"})
    record(actor, "clients.secret_rotated", client, {"previous_secret_expires_at": (None, until)})
    _secret_handed_out("client.secret_rotated", actor, client)
    return client, secret


@transaction.atomic
def client_disable(actor: Actor, pk: UUID | str, *, version: int | None = None) -> Application:
    """Ends everything it was granted, at once and for good: enabled again, it starts anew."""
    client = fetch_locked(Application, actor, "write", pk, version)
    if client.is_active:
        writes.apply(actor, client, {"is_active": False})
        for family in client.token_families.filter(revoked_at__isnull=True):
            family.revoke("client_disabled")
    return client


@transaction.atomic
def client_enable(actor: Actor, pk: UUID | str, *, version: int | None = None) -> Application:
    client = fetch_locked(Application, actor, "write", pk, version)
    ensure_within_own_grants(actor, client)
    writes.apply(actor, client, {"is_active": True})
    return client


@transaction.atomic
def client_delete(actor: Actor, pk: UUID | str, *, version: int | None = None) -> None:
    """For good, with every grant and token; the audit trail keeps what it was. Its account is deactivated."""
    client = fetch_locked(Application, actor, "delete", pk, version)
    account = client.user
    record(actor, "clients.deleted", client, last_words(client))
    client.delete()
    if account is not None:
        account_retire(actor, account)


def _secret_handed_out(kind: str, actor: Actor, client: Application) -> None:
    security_event(
        kind,
        Severity.LOW,
        actor.origin,
        person_id=actor.id,
        person_label=actor.label,
        client=client.name,
        client_id=client.client_id,
    )


def web_client_ensure(actor: Actor) -> Application:
    """The public client of development and demo, for native apps on any loopback port; made once."""
    if known := Application.objects.filter(client_id=settings.OAUTH2_DEFAULT_CLIENT_ID).first():
        return known
    client, _no_secret = client_create(
        actor,
        name="Vouch web app",
        client_type=Application.CLIENT_PUBLIC,
        redirect_uris=[WEB_CLIENT_REDIRECT],
        scopes=sorted(PERMISSIONS),
        client_id=settings.OAUTH2_DEFAULT_CLIENT_ID,
    )
    return client
