"""What a key may be given: no more than its maker has, for a year at most, in a team of its person."""

from datetime import timedelta

from accounts.actors import grants_of
from accounts.apikeys.errors import BeyondOwnGrants
from accounts.models import ApiKey, Team, User
from accounts.models.api_keys import MOST_DAYS
from crm.core.actor import Actor
from crm.core.errors import invalid_field
from crm.core.permissions import NEVER_BY_KEY, PERMISSIONS, Reach


def lifetime(days: int) -> timedelta:
    if not 1 <= days <= MOST_DAYS:
        raise invalid_field("expires_in_days", f"From 1 to {MOST_DAYS} days.", "invalid_lifetime")
    return timedelta(days=days)


def ensure_grantable(actor: Actor, person: User, scopes: list[str]) -> None:
    """Raises Invalid (`unknown_scope`, `scope_not_for_keys`), Forbidden (`beyond_own_grants`)."""
    if unknown := sorted(set(scopes) - PERMISSIONS):
        raise invalid_field("scopes", f"Not a scope: {', '.join(unknown)}.", "unknown_scope")
    if never := sorted(NEVER_BY_KEY.intersection(scopes)):
        raise invalid_field("scopes", f"Never by a key: {', '.join(never)}.", "scope_not_for_keys")
    granted = grants_of(person) if actor.kind == "system" else actor.grants
    if beyond := [scope for scope in scopes if granted.get(scope, Reach.NONE) is Reach.NONE]:
        raise BeyondOwnGrants(f"The role does not grant {', '.join(beyond[:5])}.")


def ensure_within(actor: Actor, old: ApiKey) -> list[str]:
    """Scopes of a successor: what the role still grants. Through a token, none that the token lacks."""
    granted = grants_of(old.user)
    kept = [scope for scope in old.usable_scopes if granted.get(scope, Reach.NONE) > Reach.NONE]
    ensure_grantable(actor, old.user, kept)
    return kept


def ensure_member(person: User, team: Team | None) -> None:
    if team is not None and not person.memberships.filter(team=team).exists():
        raise invalid_field("team", "Name one of the person's own teams.", "unknown_reference")


def grantable_scopes(actor: Actor) -> list[str]:
    """What the pickers offer, in the order of the vocabulary."""
    return [scope for scope in PERMISSIONS if scope not in NEVER_BY_KEY and actor.reach(scope) > Reach.NONE]
