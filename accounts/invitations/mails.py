"""The invitation and the welcome."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import mails
from accounts.models import Invitation, User


def send_invitation(invitation: Invitation, token: str, sender: str) -> None:
    """The only place that ever sees the token; a mail that left is noted, so that the page can tell."""
    link = settings.PUBLIC_URL + reverse("accounts:invitation", kwargs={"token": token})
    subject = f"{sender} invites you to Vouch"
    if mails.send(invitation.email, subject, "invitation", sender=sender, link=link, expires_at=invitation.expires_at):
        Invitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now())


def send_welcome(user: User) -> None:
    mails.send(user.email, "Welcome to Vouch", "welcome", name=str(user), email=user.email)
