"""Into which teams somebody may put people: any, or those they are a member of."""

from collections.abc import Collection

from accounts.models import Team
from crm.core.actor import Actor
from crm.core.errors import Forbidden
from crm.core.permissions import Reach


def may_place(actor: Actor, team: Team) -> bool:
    return actor.reach("users:write") is Reach.ALL or team.pk in actor.team_ids


def ensure_may_place(actor: Actor, teams: Collection[Team]) -> None:
    """For somebody new. Raises Forbidden (`beyond_own_grants`), also for nobody's team where one is needed."""
    if actor.reach("users:write") < Reach.ALL and not teams:
        raise Forbidden("Name a team of yours that they join.", code="beyond_own_grants")
    ensure_places(actor, teams)


def ensure_places(actor: Actor, teams: Collection[Team]) -> None:
    if beyond := sorted(str(team) for team in teams if not may_place(actor, team)):
        raise Forbidden(f"You are not a member of {', '.join(beyond)}.", code="beyond_own_grants")
