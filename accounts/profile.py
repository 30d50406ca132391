"""What people do with their own account: change the profile, end one session or all of them."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import TokenFamily, User
from auditlog import writes
from auditlog.services import record
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


@transaction.atomic
def family_sign_out(actor: Actor, family: TokenFamily) -> None:
    """Ends what one client was granted on one device."""
    if family.revoke("signed_out"):
        record(actor, "users.signed_out", family.user)


@transaction.atomic
def everywhere_sign_out(actor: Actor) -> None:
    """Every session, token and grant of the person ends with the next request."""
    user = User.objects.select_for_update(of=("self",)).get(pk=actor.id)
    user.tokens_valid_from = timezone.now()
    user.save(update_fields=["tokens_valid_from"])
    for family in user.token_families.filter(revoked_at__isnull=True):
        family.revoke("signed_out_everywhere")
    record(actor, "users.signed_out_everywhere", user)
