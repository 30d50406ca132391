"""People: created, given a role and teams, deactivated and brought back."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.administration.grants import changes_between, ensure_may_grant, grants_of_role
from accounts.administration.places import ensure_may_place, ensure_places
from accounts.administration.superadmins import ensure_a_superadmin_is_left, lock_superadmins
from accounts.apikeys.ending import keys_of_person_end
from accounts.email_change import email_changed
from accounts.hand_over import ownership_hand_over
from accounts.models import Membership, Role, Team, User
from accounts.models.api_keys import KeyEnd
from auditlog import writes
from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import Changes, ensure_may, fetch_locked
from crm.core.errors import Conflict

ACCESS_FIELDS = {"role", "is_active"}


@transaction.atomic
def user_create(actor: Actor, *, teams: Iterable[Team] = (), **values: Any) -> User:
    """Without a password: the person sets one by the reset link. Raises Forbidden, Invalid, Conflict."""
    ensure_may_grant(actor, values.get("role"))
    ensure_may_place(actor, teams := list(teams))
    user = User()
    user.set_unusable_password()
    writes.create(actor, user, values)
    _join(actor, user, teams)
    return user


@transaction.atomic
def user_update(
    actor: Actor, pk: UUID | str, *, version: int | None = None, teams: Iterable[Team] | None = None, **values: Any
) -> User:
    """Who loses their access loses every session, token and key with it; an address changes in all their teams or not.

    Raises Forbidden, Conflict, Stale, Invalid.
    """
    user = _fetch(actor, pk, version)
    before, address, was_superadmin = user.role, user.email, user.is_superuser
    for role in {before, values.get("role", before)}:
        ensure_may_grant(actor, role)
    changes = writes.apply(actor, user, values)
    if "email" in changes:
        ensure_places(actor, [one.team for one in user.memberships.select_related("team")])
        email_changed(actor, user, address)
    if ACCESS_FIELDS & set(changes):
        if was_superadmin:
            ensure_a_superadmin_is_left()
        _access_changed(actor, user, before, changes)
    if teams is not None:
        _join(actor, user, teams)
    return user


@transaction.atomic
def user_deactivate(
    actor: Actor, pk: UUID | str, *, version: int | None = None, heirs: Mapping[str, User] | None = None
) -> User:
    """Ends every session, token and key at once; `heirs` (kind of record → colleague) take over what is open.

    Raises NotFound, Forbidden, Conflict (`already_inactive`, `last_superadmin`), Stale, Invalid.
    """
    if not _fetch(actor, pk, version).is_active:
        raise Conflict("This person is deactivated already.", code="already_inactive")
    if heirs:
        ownership_hand_over(actor, pk, heirs=heirs)
    return user_update(actor, pk, is_active=False)


@transaction.atomic
def user_reactivate(actor: Actor, pk: UUID | str, *, version: int | None = None) -> User:
    """Nothing that was ended comes back: the person signs in again. Raises Conflict (`already_active`)."""
    if _fetch(actor, pk, version).is_active:
        raise Conflict("This person is active already.", code="already_active")
    return user_update(actor, pk, is_active=True)


def _fetch(actor: Actor, pk: UUID | str, version: int | None) -> User:
    """The person, locked behind the line of all who change people."""
    ensure_may(actor, "users:write", User())
    lock_superadmins()
    return fetch_locked(User, actor, "write", pk, version)


def _access_changed(actor: Actor, user: User, before: Role | None, changes: Changes) -> None:
    end_access(user, "deactivated" if not user.is_active else "role_changed")
    if not user.is_active:
        keys_of_person_end(actor, user, KeyEnd.DEACTIVATED)
    if "role" in changes:
        _tell_of_role(actor, user, before)
    if "is_active" in changes:
        _tell(actor, user, "person.reactivated" if user.is_active else "person.deactivated")


def end_access(user: User, reason: str) -> None:
    """Every session, token and key of the person, with the next request."""
    user.tokens_valid_from = timezone.now()
    user.save(update_fields=["tokens_valid_from"])
    user.sessions.all().delete()
    for family in user.token_families.filter(revoked_at__isnull=True):
        family.revoke(reason)


def _tell_of_role(actor: Actor, user: User, before: Role | None) -> None:
    changes = changes_between(grants_of_role(before), grants_of_role(user.role))
    is_raised = any(change.after > change.before for change in changes)
    names = {"before": before.name if before else "", "after": user.role.name if user.role else ""}
    _tell(actor, user, "role.raised" if is_raised else "role.changed", **names)


def _tell(actor: Actor, user: User, kind: str, **details: str) -> None:
    severity = Severity.HIGH if kind == "role.raised" else Severity.MEDIUM
    who = {"person_id": user.pk, "person_label": str(user), "by": actor.label}
    security_event(kind, severity, actor.origin, **who, **details)  # type: ignore[arg-type]


def _join(actor: Actor, user: User, teams: Iterable[Team]) -> None:
    """Makes `teams` the person's teams, among those the actor sees; the first one joined stays their home."""
    wanted = {team.pk: team for team in teams}
    seen = user.memberships.filter(team__in=Team.objects.for_actor(actor)).select_related("team")
    present = {one.team_id: one.team for one in seen}
    if set(wanted) == set(present):
        return
    ensure_places(actor, [team for pk, team in {**present, **wanted}.items() if (pk in wanted) != (pk in present)])
    user.memberships.filter(team__in=present).exclude(team__in=wanted).delete()
    joined = [Membership(user=user, team_id=pk) for pk in wanted if pk not in present]
    Membership.objects.bulk_create(joined, ignore_conflicts=True)
    names = [sorted(map(str, teams.values())) for teams in (present, wanted)]
    record(actor, "users.moved", user, {"teams": (names[0], names[1])})
