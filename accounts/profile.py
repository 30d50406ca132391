"""What people change about their own account."""

from typing import Any

from django.db import transaction

from accounts.models import User
from auditlog import writes
from crm.core.actor import Actor
from crm.core.errors import Forbidden, Stale


@transaction.atomic
def profile_update(actor: Actor, *, version: int | None = None, **values: Any) -> User:
    """Only a session may: a token or key acts for a person, it is not the person. Raises Forbidden, Stale, Invalid."""
    if actor.credential != "session":
        raise Forbidden("Sign in to change your own profile.", code="session_required")
    user = User.objects.select_for_update(of=("self",)).get(pk=actor.id)
    if version is not None and version != user.version:
        raise Stale()
    writes.apply(actor, user, values)
    return user
