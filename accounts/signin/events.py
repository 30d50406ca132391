"""What the password door leaves behind: for the trail who signed in, out or failed; for the security officer the rest.

A failure is recorded after the check and outside the transaction of the request, so that no refusal rolls it back.
"""

from typing import Any

from django.db import transaction

from accounts.models import LoginDoor, User
from accounts.signin.door import Attempt, Claim
from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record
from crm.core.actor import Actor, Origin


def attempt_failed(attempt: Attempt, origin: Origin, *, user: User | None) -> None:
    about = _about(attempt.claim, user)
    with transaction.atomic(durable=True):
        reason = "wrong_password" if user is None or user.is_active else "inactive"
        security_event("login.failed", Severity.LOW, origin, **about, reason=reason)
        record(_nobody(attempt.claim, origin), "users.sign_in_failed", user)
        if attempt.locks:
            _locked(attempt.claim, origin, user)


def door_locked(claim: Claim, origin: Origin, *, user: User | None) -> None:
    """By an attempt that came too soon and was not checked."""
    with transaction.atomic(durable=True):
        _locked(claim, origin, user)


def door_unlocked(actor: Actor, door: LoginDoor) -> None:
    """By an administrator; in their transaction."""
    about: dict[str, Any] = {"person_id": door.user_id, "person_label": label_of(door.person)}
    security_event("login.unlocked", Severity.INFO, actor.origin, **about, network=door.network, by=actor.label)
    record(actor, "users.unlocked", door.user, {"locked_until": (door.locked_until, None)})


def signed_in(actor: Actor, user: User) -> None:
    record(actor, "users.signed_in", user)
    about = {"person_id": user.pk, "person_label": actor.label, "team_id": actor.home_team_id}
    security_event("login.succeeded", Severity.INFO, actor.origin, **about)  # type: ignore[arg-type]


def signed_out(actor: Actor, user: User) -> None:
    record(actor, "users.signed_out", user)


def label_of(person: str) -> str:
    """An address as typed; what was no address is not repeated anywhere."""
    return LoginDoor(person=person).label


def _locked(claim: Claim, origin: Origin, user: User | None) -> None:
    security_event("login.locked", Severity.MEDIUM, origin, **_about(claim, user), network=claim.network)
    record(_nobody(claim, origin), "users.locked", user)


def _about(claim: Claim, user: User | None) -> dict[str, Any]:
    return {
        "person_id": user.pk if user else None,
        "person_label": label_of(claim.person),
        "team_id": getattr(user, "home_team_id", None),
    }


def _nobody(claim: Claim, origin: Origin) -> Actor:
    """Nobody is signed in, whoever they say they are."""
    return Actor(label=label_of(claim.person) or "anonymous", origin=origin)
