"""The trail of tokens: the person they belong to acted, through the client; misuse is a security event, too."""

from accounts.models import TokenFamily
from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record
from crm.core.actor import Actor, Origin

MISUSE = {"refresh_token_reused": "token.reused", "code_replayed": "code.replayed"}


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


def record_misuse(reason: str, family: TokenFamily, origin: Origin) -> None:
    """Somebody holds a copy of a token or code: high, because one of the two holders is not the person's program."""
    home = family.user.memberships.first()
    security_event(
        MISUSE[reason],
        Severity.HIGH,
        origin,
        person_id=family.user_id,
        person_label=str(family.user),
        team_id=home.team_id if home else None,
        client=family.application.name,
        client_id=family.application.client_id,
        family=str(family.pk),
        granted_from=family.address,
    )
