"""Changing one's own address: asked by the person, confirmed from the new address, told to the old one.

The link holds a signed request: who, from which address to which. It is good for a day, for the last address asked
for, and only to the person who asked; a mistyped address therefore gives its owner nothing.
"""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from accounts.mail_kinds import EMAIL_CHANGED, EMAIL_CONFIRM, EMAIL_REQUESTED
from accounts.models import User
from accounts.sso.connections import enforced_for
from auditlog import writes
from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import validate_record
from crm.core.errors import Conflict, Forbidden, NotFound, invalid_field
from crm.outbox.mail import send

LIFETIME = timedelta(days=1)
SALT = "accounts.email_change"


class LinkOver(NotFound):
    code, message = "email_link_over", "This link no longer works. Ask for a new one."


@transaction.atomic
def email_change_request(actor: Actor, *, email: str) -> User:
    """Sends the link to the new address and a notice to the old. Whether the new one is taken is not told.

    Raises Forbidden (`session_required`), Invalid.
    """
    user = _oneself(actor)
    asked = _checked(actor, email)
    if asked == user.email:
        raise invalid_field("email", "This is your address already.")
    _ensure_stays_known(user, asked)
    user.pending_email = asked
    user.save(update_fields=["pending_email"])
    record(actor, "users.email_change_requested", user, {"email": (user.email, asked)})
    _event("email.change_requested", Severity.LOW, actor, user, to=asked)
    is_free = not User.objects.filter(email__iexact=asked).exclude(pk=user.pk).exists()
    token = signing.dumps([str(user.pk), user.email, asked], salt=SALT)
    _send_request(user.email, asked, token if is_free else "")
    return user


@transaction.atomic
def email_change_cancel(actor: Actor) -> User:
    """The link that was sent stops working."""
    user = _oneself(actor)
    if user.pending_email:
        record(actor, "users.email_change_cancelled", user, {"email": (user.pending_email, user.email)})
    user.pending_email = ""
    user.save(update_fields=["pending_email"])
    return user


@transaction.atomic
def email_change_confirm(actor: Actor, token: str) -> User:
    """The new address holds from now on; the old one is told and no longer known. Raises LinkOver, Forbidden."""
    user = _oneself(actor)
    before = user.email
    asked = requested(user, token)
    try:
        writes.apply(actor, user, {"email": asked})
    except Conflict:
        raise LinkOver() from None
    user.pending_email = ""
    user.save(update_fields=["pending_email"])
    email_changed(actor, user, before)
    return user


def email_changed(actor: Actor, user: User, before: str) -> None:
    """Whoever reads a person's mail can become them: the old address is told, and the security officer."""
    after, by = user.email, {} if actor.id == user.pk else {"by": actor.label}
    EmailAddress.objects.filter(user=user).exclude(email__iexact=after).delete()
    severity = Severity.HIGH if by else Severity.MEDIUM
    _event("email.changed", severity, actor, user, before=before, after=after, **by)
    send(EMAIL_CHANGED, before, new=after)


def requested(user: User, token: str) -> str:
    """The address a link would set. Raises LinkOver for one that is wrong, old, somebody else's or overtaken."""
    try:
        owner, before, asked = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except (signing.BadSignature, ValueError):
        raise LinkOver() from None
    if (owner, before, asked) != (str(user.pk), user.email, user.pending_email):
        raise LinkOver()
    return str(asked)


def _oneself(actor: Actor) -> User:
    if actor.credential != "session":
        raise Forbidden("Sign in to change your own address.", code="session_required")
    return User.objects.select_for_update(of=("self",)).get(pk=actor.id)


def _checked(actor: Actor, email: str) -> str:
    probe = User(email=User._meta.get_field("email").to_python(email))
    validate_record(probe, actor, only={"email"})
    return probe.email


def _ensure_stays_known(user: User, asked: str) -> None:
    """Where an identity provider alone opens the door, nobody walks out of its reach, to keep access once it ends."""
    connection = None if user.is_superuser else enforced_for(user.email)
    if connection and not connection.covers(asked):
        message = f"You sign in by {connection.name}: the address stays within {', '.join(connection.domains)}."
        raise invalid_field("email", message, "sso_enforced")


def _event(kind: str, severity: Severity, actor: Actor, user: User, **details: Any) -> None:
    security_event(kind, severity, actor.origin, person_id=user.pk, person_label=str(user), **details)


def _send_request(old: str, new: str, token: str) -> None:
    if token:
        link = settings.PUBLIC_URL + reverse("accounts:email_confirm", kwargs={"token": token})
        send(EMAIL_CONFIRM, new, link=link, new=new)
    send(EMAIL_REQUESTED, old, new=new)
