"""What people do with their own factors, and what an administrator may do to another's: remove them all."""

import time
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction
from django.utils import timezone

from accounts.administration.grants import ensure_may_grant
from accounts.administration.people import end_access
from accounts.mfa import events
from accounts.mfa.codes import matching_counter
from accounts.mfa.policy import factors_of, needs_factor
from accounts.models import User
from crm.core import encryption
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.core.errors import Conflict, Forbidden, NotFound, invalid_field

MOST_PASSKEYS = 20


@transaction.atomic
def app_set(actor: Actor, *, secret: str, code: str, at: float | None = None) -> Authenticator:
    """Connects an authenticator app, or another one instead. Raises Invalid for a wrong code, Forbidden.

    `secret` is base32; the code that proves it is used up by that.
    """
    user = _oneself(actor)
    counter = matching_counter(secret, code, time.time() if at is None else at)
    if counter is None:
        raise invalid_field("code", "That is not the app's current code. Check the clock of your phone.", "wrong_code")
    factor = _of_type(user, Authenticator.Type.TOTP) or Authenticator(user=user, type=Authenticator.Type.TOTP)
    replaced = factor.pk is not None
    factor.data = {"secret": encryption.encrypt(secret), "last_counter": counter}
    factor.created_at, factor.last_used_at = timezone.now(), None
    factor.save()
    _give_recovery_codes(user)
    events.factor_added(
        actor, user, "authenticator app, instead of the one before" if replaced else "authenticator app"
    )
    return factor


@transaction.atomic
def passkey_add(actor: Actor, *, name: str, credential: dict[str, Any]) -> Authenticator:
    """`credential` is a registration that the browser's ceremony has proven. Raises Conflict, Forbidden."""
    user = _oneself(actor)
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count() >= MOST_PASSKEYS:
        raise Conflict(f"Nobody keeps more than {MOST_PASSKEYS} passkeys. Remove one first.", code="too_many_passkeys")
    data = {"name": name, "credential": credential}
    factor = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
    _give_recovery_codes(user)
    events.factor_added(actor, user, events.name_of(factor))
    return factor


@transaction.atomic
def passkey_rename(actor: Actor, pk: int, *, name: str) -> Authenticator:
    """Raises NotFound, Forbidden."""
    factor = _own_factor(_oneself(actor), pk)
    before = factor.data["name"]
    if name != before:
        factor.data["name"] = name
        factor.save(update_fields=["data"])
        events.record(actor, "users.factor_renamed", factor.user, {"passkey": (before, name)})
    return factor


@transaction.atomic
def factor_remove(actor: Actor, pk: int) -> str:
    """An app or a passkey; with the last one the recovery codes go. Returns what it was.

    Raises Conflict (`last_factor`) where the person must have one, NotFound, Forbidden.
    """
    user = _oneself(actor)
    factor = _own_factor(user, pk)
    others = factors_of(user).exclude(pk=pk).exists()
    if not others and needs_factor(user):
        raise Conflict("Your role needs a second factor. Add another one before you remove this.", code="last_factor")
    what = events.name_of(factor)
    factor.delete()
    if not others:
        Authenticator.objects.filter(user=user).delete()
    events.factor_removed(actor, user, what)
    return what


@transaction.atomic
def recovery_codes_renew(actor: Actor) -> None:
    """The old ones end. Raises Conflict (`no_factor`) for who has no factor that they could stand in for."""
    user = _oneself(actor)
    if not factors_of(user).exists():
        raise Conflict("Recovery codes stand in for a second factor. Add one first.", code="no_factor")
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    _give_recovery_codes(user)
    events.factor_added(actor, user, "recovery codes, instead of those before")


@transaction.atomic
def recovery_codes_reveal(actor: Actor) -> list[str]:
    """The codes, once; then nobody can read them again. Raises NotFound when there is nothing left to show."""
    user = _oneself(actor)
    factor = _of_type(user, Authenticator.Type.RECOVERY_CODES)
    if factor is None or factor.wrap().did_view:
        raise NotFound("Recovery codes are shown once. Make new ones if you have lost them.")
    codes = factor.wrap()
    codes.mark_as_viewed()
    events.record(actor, "users.recovery_codes_shown", user)
    return [str(code) for code in codes.get_unused_codes()]


@transaction.atomic
def second_factor_reset(actor: Actor, pk: UUID | str) -> User:
    """For somebody who lost phone and codes: all factors go, and every session and token ends.

    Raises Forbidden (also for who may do more than the actor), NotFound, Conflict (`own_second_factor`).
    """
    user = fetch_locked(User, actor, "manage", pk)
    if not User.objects.for_actor(actor, "manage").filter(pk=user.pk).exists():
        raise Forbidden("Your role manages other people than this one.")
    ensure_may_grant(actor, user.role)
    if user.pk == actor.id:
        raise Conflict("Somebody else has to reset your second factor.", code="own_second_factor")
    factors = Authenticator.objects.filter(user=user)
    removed = [events.name_of(factor) for factor in factors]
    factors.delete()
    end_access(user, "second_factor_reset")
    events.factors_reset(actor, user, removed)
    return user


def _oneself(actor: Actor) -> User:
    """Locked, so that changes of one person's factors stand in a line."""
    if actor.credential != "session":
        raise Forbidden("Sign in to change how you sign in.", code="session_required")
    return User.objects.select_for_update(of=("self",)).select_related("role").get(pk=actor.id)


def _own_factor(user: User, pk: int) -> Authenticator:
    factor = factors_of(user).filter(pk=pk).first()
    if factor is None:
        raise NotFound()
    return factor


def _of_type(user: User, kind: Authenticator.Type) -> Authenticator | None:
    return Authenticator.objects.filter(user=user, type=kind).first()


def _give_recovery_codes(user: User) -> None:
    """Where there are none yet; the page that follows shows them."""
    RecoveryCodes.activate(user)
