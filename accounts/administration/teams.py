"""Teams and their members. A team that owns records stays."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.hand_over import ownership_hand_over
from accounts.models import Membership, Team, User
from auditlog import writes
from auditlog.services import last_words, record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.core.deletion import Counted
from crm.core.errors import Conflict, NotFound


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
def team_delete(actor: Actor, pk: UUID | str, *, version: int | None = None) -> None:
    """Its members lose their membership. Raises Conflict (`team_has_records`) while it owns anything."""
    team = fetch_locked(Team, actor, "delete", pk, version)
    if owned := owned_by(team):
        names = ", ".join(f"{count} {name}" for name, count in owned)
        raise Conflict(f"{team} still owns {names}. Move or delete those first.", code="team_has_records")
    _set_members(actor, team, ())
    record(actor, "teams.deleted", team, last_words(team))
    team.delete()


def owned_by(team: Team) -> Counted:
    """(records in words, how many) of everything that stands in the way of deleting the team."""
    links = [one for one in Team._meta.get_fields(include_hidden=True) if one.auto_created and not one.concrete]
    counted = []
    for link in links:
        model = link.related_model
        if isinstance(model, type) and model is not Membership:
            count = model._default_manager.filter(**{link.field.name: team}).count()  # type: ignore[union-attr]
            counted.append((str(model._meta.verbose_name_plural), count))
    return [one for one in counted if one[1]]


@transaction.atomic
def member_add(actor: Actor, pk: UUID | str, user: User, *, version: int | None = None) -> Team:
    """Nothing happens to who is a member already. Raises NotFound, Forbidden, Stale."""
    team = fetch_locked(Team, actor, "write", pk, version)
    _set_members(actor, team, {*_members_of(team).values(), user})
    return team


@transaction.atomic
def member_remove(
    actor: Actor, pk: UUID | str, user: User, *, heirs: Mapping[str, User] | None = None, version: int | None = None
) -> Team:
    """`heirs` (kind of record → colleague) take over what the person has open in this team."""
    team = fetch_locked(Team, actor, "write", pk, version)
    present = _members_of(team)
    if user.pk not in present:
        raise NotFound()
    if heirs:
        ownership_hand_over(actor, user.pk, heirs=heirs, team=team)
    _set_members(actor, team, [member for member in present.values() if member.pk != user.pk])
    return team


def _members_of(team: Team) -> dict[Any, User]:
    return {one.user_id: one.user for one in team.memberships.select_related("user")}


def _set_members(actor: Actor, team: Team, members: Iterable[User]) -> None:
    wanted = {member.pk: member for member in members}
    present = _members_of(team)
    if set(wanted) == set(present):
        return
    team.memberships.exclude(user__in=wanted).delete()
    Membership.objects.bulk_create(Membership(user_id=pk, team=team) for pk in wanted if pk not in present)
    names = [sorted(map(str, people.values())) for people in (present, wanted)]
    record(actor, "teams.members_changed", team, {"members": (names[0], names[1])})
