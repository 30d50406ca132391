"""The audit trail of tokens: the person they belong to acted, through the client."""

from accounts.models import TokenFamily
from auditlog.services import record
from crm.core.actor import Actor, Origin


def record_token_event(action: str, family: TokenFamily, origin: Origin) -> None:
    user, client = family.user, family.application
    actor = Actor(
        label=str(user),
        kind="user",
        id=user.pk,
        door="api",
        credential="token",
        origin=origin,
        on_behalf_of=f"client:{client.name}",
    )
    record(actor, action, family, {"scope": (None, family.scope)} if action == "tokens.issued" else None)
