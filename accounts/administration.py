"""People, teams and roles as an administrator changes them. Nobody hands out more than they have themselves."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Role, Team, User
from accounts.models.teams import is_reach
from auditlog import writes
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Reach

SUPERADMIN = "superadmin"


@transaction.atomic
def user_create(actor: Actor, *, teams: Iterable[Team] = (), **values: Any) -> User:
    """Without a password: the person sets one by the reset link. Raises Forbidden, Invalid, Conflict."""
    ensure_may_grant(actor, values.get("role"))
    user = User()
    user.set_unusable_password()
    writes.create(actor, user, values)
    _join(actor, user, teams)
    return user


@transaction.atomic
def user_update(
    actor: Actor, pk: UUID | str, *, version: int | None = None, teams: Iterable[Team] | None = None, **values: Any
) -> User:
    """Who loses their access loses every session and token with it. Raises Forbidden, Conflict, Stale, Invalid."""
    ensure_may(actor, "users:write", User())
    _lock_superadmins()
    user = fetch_locked(User, actor, "write", pk, version)
    for role in {user.role, values.get("role", user.role)}:
        ensure_may_grant(actor, role)
    changes = writes.apply(actor, user, values)
    if {"role", "is_active"} & set(changes):
        _ensure_a_superadmin_is_left()
        user.tokens_valid_from = timezone.now()
        user.save(update_fields=["tokens_valid_from"])
    if teams is not None:
        _join(actor, user, teams)
    return user


@transaction.atomic
def team_create(actor: Actor, *, members: Iterable[User] = (), **values: Any) -> Team:
    team = writes.create(actor, Team(), values)
    _set_members(actor, team, members)
    return team


@transaction.atomic
def team_update(
    actor: Actor, pk: UUID | str, *, version: int | None = None, members: Iterable[User] | None = None, **values: Any
) -> Team:
    team = fetch_locked(Team, actor, "write", pk, version)
    writes.apply(actor, team, values)
    if members is not None:
        _set_members(actor, team, members)
    return team


@transaction.atomic
def role_create(actor: Actor, **values: Any) -> Role:
    role = Role(grants=values.get("grants") or {})
    ensure_may_grant(actor, role)
    return writes.create(actor, role, values)


@transaction.atomic
def role_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Role:
    """The super administrators' role stays as it is. Raises Forbidden, Conflict, Stale, Invalid."""
    role = fetch_locked(Role, actor, "write", pk, version)
    if role.name == SUPERADMIN:
        raise Conflict("The super administrators' role cannot be changed.", code="built_in_role")
    ensure_may_grant(actor, role)
    writes.apply(actor, role, values)
    ensure_may_grant(actor, role)
    return role


def ensure_may_grant(actor: Actor, role: Role | None) -> None:
    """Raises Forbidden (`beyond_own_grants`) for a role that reaches further than the actor."""
    grants = role.grants if role else {}
    known = {name: reach for name, reach in grants.items() if is_reach(reach)}
    beyond = sorted(name for name, reach in known.items() if Reach[reach.upper()] > actor.grants.get(name, Reach.NONE))
    if beyond:
        raise Forbidden(f"That role may do more than you: {', '.join(beyond[:3])}.", code="beyond_own_grants")


def _lock_superadmins() -> None:
    """Puts changes of people in a line, so that two of the last superadmins cannot demote each other."""
    list(Role.objects.select_for_update().filter(name=SUPERADMIN).values("pk"))


def _ensure_a_superadmin_is_left() -> None:
    if not User.objects.filter(role__name=SUPERADMIN, is_active=True, is_service=False).exists():
        raise Conflict("Somebody must stay super administrator.", code="last_superadmin")


def _join(actor: Actor, user: User, teams: Iterable[Team]) -> None:
    """Makes `teams` the person's teams; the first one joined stays their home."""
    wanted = {team.pk: team for team in teams}
    present = {one.team_id: one.team for one in user.memberships.select_related("team")}
    if set(wanted) == set(present):
        return
    user.memberships.exclude(team__in=wanted).delete()
    Membership.objects.bulk_create(Membership(user=user, team_id=pk) for pk in wanted if pk not in present)
    names = [sorted(map(str, teams.values())) for teams in (present, wanted)]
    record(actor, "users.moved", user, {"teams": (names[0], names[1])})


def _set_members(actor: Actor, team: Team, members: Iterable[User]) -> None:
    wanted = {member.pk: member for member in members}
    present = {one.user_id: one.user for one in team.memberships.select_related("user")}
    if set(wanted) == set(present):
        return
    team.memberships.exclude(user__in=wanted).delete()
    Membership.objects.bulk_create(Membership(user_id=pk, team=team) for pk in wanted if pk not in present)
    names = [sorted(map(str, people.values())) for people in (present, wanted)]
    record(actor, "teams.members_changed", team, {"members": (names[0], names[1])})
