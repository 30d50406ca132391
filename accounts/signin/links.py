"""Mails the link that sets a new password; it runs after the answer, see crm.core.later."""

from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.core import context
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.signin.door import Claim, link_begin
from accounts.signin.rules import person_of
from crm.core.networks import network_of
from crm.core.requests import origin_of


def mail_reset_link(request: HttpRequest, email: str) -> None:
    """To the address we hold, never to the one typed. Past the limit the links already sent have to do."""
    person = person_of({"email": email})
    user = User.objects.named(person)
    if user is None or not user.is_active:
        return
    if link_begin(Claim(person, network_of(origin_of(request).address), user.pk), timezone.now()):
        with context.request_context(request):
            request_password_reset(request, user.email, [user], None)
