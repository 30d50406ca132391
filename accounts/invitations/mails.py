"""The invitation and the welcome."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import mail_kinds
from accounts.models import Invitation, User
from crm.core.formats import moment
from crm.outbox.mail import send
from crm.outbox.models import Delivery

INVITATION = "invitation"


def send_invitation(invitation: Invitation, token: str, sender: str) -> None:
    """The only place that ever sees the token."""
    link = settings.PUBLIC_URL + reverse("accounts:invitation", kwargs={"token": token})
    send(
        mail_kinds.INVITATION,
        invitation.email,
        key_of_delivery=f"{INVITATION}:{invitation.pk}:{invitation.version}",
        sender=sender,
        link=link,
        until=moment(invitation.expires_at, "zone"),
    )


def invitation_left(delivery: Delivery) -> None:
    """Notes that the mail of the latest link left, so that the page can tell; the key names its version."""
    _topic, pk, version = delivery.key.split(":")
    Invitation.objects.filter(pk=pk, version=version).update(sent_at=timezone.now())


def send_welcome(user: User) -> None:
    send(mail_kinds.WELCOME, user.email, name=user, email=user.email)
