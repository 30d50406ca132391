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

from accounts import mails
from accounts.models import User
from auditlog import writes
from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import validate_record
from crm.core.errors import Conflict, Forbidden, NotFound, invalid_field

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
    user.pending_email = asked
    user.save(update_fields=["pending_email"])
    record(actor, "users.email_change_requested", user, {"email": (user.email, asked)})
    _event("email.change_requested", Severity.LOW, actor, user, to=asked)
    is_free = not User.objects.filter(email__iexact=asked).exclude(pk=user.pk).exists()
    token = signing.dumps([str(user.pk), user.email, asked], salt=SALT)
    transaction.on_commit(lambda: _send_request(user.email, asked, token if is_free else ""), robust=True)
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
    EmailAddress.objects.filter(user=user).exclude(email__iexact=asked).delete()
    _event("email.changed", Severity.MEDIUM, actor, user, before=before, after=asked)
    transaction.on_commit(lambda: _send_changed(before, asked), robust=True)
    return user


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


def _event(kind: str, severity: Severity, actor: Actor, user: User, **details: Any) -> None:
    security_event(kind, severity, actor.origin, person_id=user.pk, person_label=str(user), **details)


def _send_request(old: str, new: str, token: str) -> None:
    if token:
        link = settings.PUBLIC_URL + reverse("accounts:email_confirm", kwargs={"token": token})
        mails.send(new, "Confirm your new e-mail address", "email_confirm", link=link, new=new)
    mails.send(old, "Somebody asked to change your e-mail address", "email_requested", new=new)


def _send_changed(old: str, new: str) -> None:
    mails.send(old, "Your e-mail address was changed", "email_changed", new=new)
