"""What limits an administrator who looks after OAuth clients."""

from accounts.administration import ensure_may_grant
from accounts.models import Application
from crm.core.actor import Actor
from crm.core.errors import Forbidden


def ensure_within_own_grants(actor: Actor, client: Application) -> None:
    """Raises Forbidden (`beyond_own_grants`): whoever shapes a client, or holds its secret, gains what it can do."""
    beyond = [scope for scope in client.scopes if not actor.may(scope)]
    if beyond:
        message = f"The client may ask for more than you have: {', '.join(beyond[:3])}."
        raise Forbidden(message, code="beyond_own_grants")
    if client.user is not None:
        ensure_may_grant(actor, client.user.role)


def ensure_may_hold_secrets(actor: Actor) -> None:
    """A key must not breed other credentials, which would outlive it. Raises Forbidden (`not_by_key`)."""
    if actor.credential == "key":
        raise Forbidden("An API key cannot create credentials. Sign in instead.", code="not_by_key")
