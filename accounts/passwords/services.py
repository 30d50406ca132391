"""Changing the policy, and what a changed password leaves in the trail."""

from typing import Any

from django.db import transaction

from accounts.mail_kinds import PASSWORD_CHANGED
from accounts.models import PasswordPolicy, User
from accounts.models.passwords import POLICY_ID
from auditlog import writes
from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked
from crm.outbox.mail import send


@transaction.atomic
def password_policy_update(actor: Actor, *, version: int | None = None, **values: Any) -> PasswordPolicy:
    """Holds from the next password on; a maximum age holds at once. Raises Forbidden, Stale, Invalid."""
    ensure_may(actor, "settings:manage", PasswordPolicy())
    PasswordPolicy.objects.get_or_create(pk=POLICY_ID)
    policy = fetch_locked(PasswordPolicy, actor, "write", POLICY_ID, version)
    if changes := writes.apply(actor, policy, values):
        told = "; ".join(f"{name}: {before} → {after}" for name, (before, after) in changes.items())
        person = {"person_id": actor.id, "person_label": actor.label}
        security_event("password.policy_changed", Severity.MEDIUM, actor.origin, **person, changes=told)  # type: ignore[arg-type]
    return policy


@transaction.atomic
def password_changed(actor: Actor, user: User) -> None:
    """The trail of a password that was set by its owner, or for them by a command."""
    record(actor, "users.password_changed", user)
    send(PASSWORD_CHANGED, user.email, name=user)
    security_event(
        "password.changed", Severity.INFO, actor.origin, person_id=user.pk, person_label=str(user), door=actor.door
    )
