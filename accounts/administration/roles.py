"""Roles: created, changed and deleted; what they grant is never more than the changer has."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.administration.grants import changes_between, ensure_may_grant
from accounts.administration.superadmins import SUPERADMIN
from accounts.models import Role
from auditlog import writes
from auditlog.models import Severity
from auditlog.security import security_event
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.core.errors import Conflict


@transaction.atomic
def role_create(actor: Actor, **values: Any) -> Role:
    role = Role(grants=values.get("grants") or {})
    ensure_may_grant(actor, role)
    return writes.create(actor, role, values)


@transaction.atomic
def role_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Role:
    """The super administrators' role stays as it is. Raises Forbidden, Conflict, Stale, Invalid."""
    role = _fetch(actor, "write", pk, version)
    ensure_may_grant(actor, role)
    before = dict(role.grants)
    writes.apply(actor, role, values)
    ensure_may_grant(actor, role)
    _tell(actor, role, before)
    return role


@transaction.atomic
def role_delete(actor: Actor, pk: UUID | str, *, version: int | None = None) -> None:
    """Raises Conflict (`role_in_use`) while anybody has the role."""
    role = _fetch(actor, "delete", pk, version)
    ensure_may_grant(actor, role)
    if count := role.users.count():
        raise Conflict(f"{count} people have this role. Give them another one first.", code="role_in_use")
    writes.delete(Role, actor, pk)


def _fetch(actor: Actor, action: str, pk: UUID | str, version: int | None) -> Role:
    role = fetch_locked(Role, actor, action, pk, version)
    if role.name == SUPERADMIN:
        raise Conflict("The super administrators' role cannot be changed.", code="built_in_role")
    return role


def _tell(actor: Actor, role: Role, before: dict[str, str]) -> None:
    """A wider role is a privilege change of everybody who has it."""
    wider = [change for change in changes_between(before, role.grants) if change.after > change.before]
    if wider:
        names = ", ".join(change.permission for change in wider[:5])
        details = {"role": role.name, "by": actor.label, "permissions": names, "count": len(wider)}
        security_event("role.widened", Severity.HIGH, actor.origin, **details)  # type: ignore[arg-type]
