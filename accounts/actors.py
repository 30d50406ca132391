"""From a user and a credential to the actor: role grants, teams, and no more than the credential's scopes."""

from collections.abc import Iterable
from types import MappingProxyType

from accounts.models import User
from crm.core.actor import Actor, Door, Origin
from crm.core.permissions import Reach


def actor_for(
    user: User,
    *,
    door: Door = "page",
    credential: str = "session",
    scopes: Iterable[str] | None = None,
    origin: Origin | None = None,
    on_behalf_of: str = "",
) -> Actor:
    """`scopes=None` means the whole role; an empty iterable means nothing at all. Costs one query, for the teams."""
    teams = list(user.memberships.values_list("team_id", "team__name"))
    actor = Actor(
        label=str(user),
        kind="user",
        id=user.pk,
        role=user.role.name if user.role else "",
        door=door,
        credential=credential,  # type: ignore[arg-type]
        grants=MappingProxyType(grants_of(user)),
        team_ids=tuple(pk for pk, _ in teams),
        team_names=tuple(name for _, name in teams),
        origin=origin or Origin(),
        on_behalf_of=on_behalf_of,
    )
    return actor if scopes is None else actor.limited_to(scopes)


def grants_of(user: User) -> dict[str, Reach]:
    if not user.is_active or user.role is None:
        return {}
    return {permission: Reach[reach.upper()] for permission, reach in user.role.grants.items()}
