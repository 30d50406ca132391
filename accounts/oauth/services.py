"""Registering OAuth clients."""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from oauth2_provider.generators import generate_client_id, generate_client_secret

from accounts.models import Application
from auditlog.services import record, snapshot
from crm.core.actor import Actor
from crm.core.changes import ensure_may, validate_record
from crm.core.permissions import PERMISSIONS

WEB_CLIENT_REDIRECT = "http://127.0.0.1/callback"


@transaction.atomic
def client_create(
    actor: Actor,
    *,
    name: str,
    client_type: str,
    redirect_uris: Iterable[str],
    scopes: Iterable[str],
    client_id: str = "",
) -> tuple[Application, str]:
    """The client and its secret, readable this once and empty for a public client.

    Raises Forbidden without `clients:write`, Invalid for a redirect address or scope that cannot be.
    """
    secret = generate_client_secret()
    client = Application(
        client_id=client_id or generate_client_id(),
        client_secret=secret,
        name=name,
        client_type=client_type,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=" ".join(redirect_uris),
        allowed_scopes=" ".join(scopes),
    )
    ensure_may(actor, "clients:write", client)
    validate_record(client, actor)
    client.save(force_insert=True)
    record(actor, "clients.created", client, snapshot(client))
    return client, secret if client.is_confidential else ""


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
