"""Each change of a person's factors leaves an audit event, a security event and a mail to the person."""

from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.mail_kinds import FACTOR_NOTICE
from accounts.models import User
from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.formats import DASH, moment
from crm.outbox.mail import send

NAMES = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


def name_of(factor: Authenticator) -> str:
    kind = NAMES[Authenticator.Type(factor.type)]
    return f"{kind} “{factor.data['name']}”" if factor.type == Authenticator.Type.WEBAUTHN else kind


def factor_added(actor: Actor, user: User, what: str) -> None:
    record(actor, "users.factor_added", user, {"factor": (None, what)})
    _security("factor.added", Severity.LOW, actor, user, factor=what)
    notify(actor, user, "A way to sign in was added", f"To your account was added: {what}.")


def factor_removed(actor: Actor, user: User, what: str) -> None:
    record(actor, "users.factor_removed", user, {"factor": (what, None)})
    _security("factor.removed", Severity.MEDIUM, actor, user, factor=what)
    notify(actor, user, "A way to sign in was removed", f"From your account was removed: {what}.")


def factors_reset(actor: Actor, user: User, removed: list[str]) -> None:
    record(actor, "users.factor_reset", user, {"factors": (removed, [])})
    _security("factor.reset", Severity.HIGH, actor, user, by=actor.label, factors=", ".join(removed))
    said = f"{actor.label} removed every second factor of your account and signed you out everywhere."
    notify(actor, user, "Your second factor was reset", said)


def factor_failed(actor: Actor, user: User | None, *, how: str, exhausted: bool = False) -> None:
    """A wrong code or passkey; without a person where a passkey names nobody. `exhausted`: no more are looked at."""
    record(actor, "users.factor_failed", user)
    severity = Severity.HIGH if exhausted else Severity.MEDIUM
    _security("factor.failed", severity, actor, user, how=how, exhausted=exhausted)


def recovery_code_used(actor: Actor, user: User, left: int) -> None:
    record(actor, "users.recovery_code_used", user, {"left": (left + 1, left)})
    _security("recovery_code.used", Severity.MEDIUM, actor, user, left=left)
    notify(
        actor, user, "A recovery code was used", f"Somebody signed in with one of your recovery codes. Left: {left}."
    )


def notify(actor: Actor, user: User, subject: str, sentence: str) -> None:
    send(
        FACTOR_NOTICE,
        user.email,
        name=user,
        title=subject,
        sentence=sentence,
        at=moment(timezone.now(), "zone"),
        address=actor.origin.address or DASH,
        agent=actor.origin.agent,
    )


def _security(kind: str, severity: Severity, actor: Actor, user: User | None, **details: str | int | bool) -> None:
    membership = user.memberships.first() if user else None
    security_event(
        kind,
        severity,
        actor.origin,
        person_id=user.pk if user else None,
        person_label=str(user or ""),
        team_id=membership.team_id if membership else None,
        **details,
    )
