"""The password door: an attempt is counted, and the count committed, before the password is looked at.

Twenty parallel guesses are therefore at most as many checks as the limit allows, and a count cannot be rolled back with
the request that caused it. Two rows are locked for a moment: the person's history from everywhere, and the door of this
person at this network.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from accounts.models import LoginDoor, LoginHistory
from accounts.signin import rules
from accounts.signin.errors import LoginLinkRequired, LoginLocked, LoginTooSoon

SWEPT_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody says to be `person` from `network`; `user_id` is who that is, if anybody."""

    person: str
    network: str
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted attempt. `locks`: unless it succeeds, the door stays locked."""

    claim: Claim
    at: datetime
    locks: bool


def attempt_begin(claim: Claim, at: datetime) -> Attempt:
    """Counts one attempt, which may then check one password.

    Raises LoginLocked, LoginTooSoon (which counts, but checks nothing), LoginLinkRequired; and RuntimeError inside a
    transaction, which could take the count back.
    """
    with transaction.atomic(durable=True):
        history, door = _locked(claim, at)
        _refresh(door, at)
        if door.locked_until:
            raise LoginLocked((door.locked_until - at).total_seconds())
        too_soon = door.next_attempt_at is not None and door.next_attempt_at > at
        if not too_soon:
            _ensure_familiar(history, door, at)
            history.checks = [*rules.of_the_last_day(history.checks, at), at.timestamp()]
        _count(door, claim, at)
        _save(history, door, at)
    if too_soon:
        raise _refusal(door, at)
    return Attempt(claim, at, locks=door.locked_until is not None)


def ensure_open(claim: Claim, at: datetime) -> None:
    """Counts nothing. Raises LoginLocked."""
    locks = LoginDoor.objects.filter(person=claim.person, network=claim.network, locked_until__gt=at)
    if until := locks.values_list("locked_until", flat=True).first():
        raise LoginLocked((until - at).total_seconds())


def attempt_succeeded(attempt: Attempt, at: datetime) -> None:
    """Opens this person's door at this network and no other, and takes the attempt out of the history."""
    with transaction.atomic(durable=True):
        history, door = _locked(attempt.claim, at)
        _open(door)
        door.succeeded_at = at
        if attempt.at.timestamp() in history.checks:
            history.checks.remove(attempt.at.timestamp())
        _save(history, door, at)


def door_opened(claim: Claim, at: datetime) -> None:
    """The person proved by other means to be here, such as a mailed link; joins the caller's transaction."""
    with transaction.atomic():
        history, door = _locked(claim, at)
        _open(door)
        door.user_id, door.succeeded_at = claim.user_id, at
        _save(history, door, at)


def link_begin(claim: Claim, at: datetime) -> bool:
    """Counts one mailed link; False where the person got enough of them, each of which still works."""
    with transaction.atomic():
        history = _locked_history(claim, at)
        if rules.seconds_until_allowed(history.links, rules.LINKS, at):
            return False
        history.links = [*rules.of_the_last_day(history.links, at), at.timestamp()]
        history.keep_until = at + rules.DAY
        history.save()
        return True


def sweep(at: datetime) -> None:
    """Removes a few rows that say nothing any more, so that made-up names do not pile up."""
    for model in (LoginDoor, LoginHistory):
        with transaction.atomic():
            skips = connection.features.has_select_for_update_skip_locked
            stale: Any = model._default_manager.select_for_update(skip_locked=skips).filter(keep_until__lt=at)
            pks = list(stale.order_by("keep_until").values_list("pk", flat=True)[:SWEPT_AT_ONCE])
            model._default_manager.filter(pk__in=pks).delete()


def _locked(claim: Claim, at: datetime) -> tuple[LoginHistory, LoginDoor]:
    """Both rows, locked in this order by everybody."""
    return _locked_history(claim, at), _locked_door(claim, at)


def _locked_history(claim: Claim, at: datetime) -> LoginHistory:
    rows = LoginHistory.objects.select_for_update().filter(person=claim.person)
    new = LoginHistory(person=claim.person, keep_until=at + rules.DAY)
    LoginHistory.objects.bulk_create([new], ignore_conflicts=True)
    # Swept away between insert and lock: once more.
    return rows.first() or _locked_history(claim, at)


def _locked_door(claim: Claim, at: datetime) -> LoginDoor:
    rows = LoginDoor.objects.select_for_update().filter(person=claim.person, network=claim.network)
    new = LoginDoor(person=claim.person, network=claim.network, last_attempt_at=at, keep_until=at + rules.DAY)
    LoginDoor.objects.bulk_create([new], ignore_conflicts=True)
    return rows.first() or _locked_door(claim, at)


def _refresh(door: LoginDoor, at: datetime) -> None:
    """A lock that has run out, or a quiet time as long as one, is a fresh start."""
    lock_is_over = door.locked_until is not None and door.locked_until <= at
    if lock_is_over or door.last_attempt_at <= at - settings.LOGIN_LOCKOUT:
        _open(door)


def _open(door: LoginDoor) -> None:
    door.failures, door.next_attempt_at, door.locked_until = 0, None, None


def _ensure_familiar(history: LoginHistory, door: LoginDoor, at: datetime) -> None:
    """Raises LoginLinkRequired for a network the person never signed in from, once strangers guessed a lot."""
    is_known = door.succeeded_at is not None and door.succeeded_at > at - rules.KNOWN_FOR
    wait = rules.seconds_until_allowed(history.checks, rules.CHECKS_FROM_STRANGERS, at)
    if wait and not is_known:
        raise LoginLinkRequired(wait)


def _count(door: LoginDoor, claim: Claim, at: datetime) -> None:
    door.user_id, door.last_attempt_at = claim.user_id, at
    door.failures += 1
    delay = rules.delay_after(door.failures)
    door.next_attempt_at = at + delay if delay else None
    if door.failures >= settings.LOGIN_FAILURE_LIMIT:
        door.locked_until = at + settings.LOGIN_LOCKOUT


def _refusal(door: LoginDoor, at: datetime) -> LoginLocked | LoginTooSoon:
    if door.locked_until:
        return LoginLocked((door.locked_until - at).total_seconds(), is_new=True)
    assert door.next_attempt_at is not None
    return LoginTooSoon((door.next_attempt_at - at).total_seconds())


def _save(history: LoginHistory, door: LoginDoor, at: datetime) -> None:
    history.keep_until = at + rules.DAY
    known_until = door.succeeded_at + rules.KNOWN_FOR if door.succeeded_at else at
    door.keep_until = max(at + rules.DAY, known_until, door.locked_until or at)
    history.save()
    door.save()
