"""allauth, closed: people come by invitation, never by signing themselves up. Passwords are tried at one door."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import actor_for
from accounts.mail_kinds import PASSWORD_RESET
from accounts.models import User
from accounts.passwords.services import password_changed
from accounts.signin import events
from accounts.signin.door import Claim, door_opened
from accounts.signin.rules import person_of
from accounts.sso.adapter import refused
from accounts.sso.connections import password_is_refused
from crm.core.networks import network_of
from crm.core.requests import origin_of
from crm.outbox.mail import send


class AccountAdapter(DefaultAccountAdapter):
    def pre_login(self, request: HttpRequest, user: Any, **options: Any) -> Any:
        """Whatever else opens a door (a passkey, a link): where single sign-on is enforced it alone does."""
        by_sso = "sociallogin" in (options.get("signal_kwargs") or {})
        if not by_sso and password_is_refused(user):
            return refused(request, "", "sso_enforced")
        return super().pre_login(request, user, **options)

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """No mail about a password that would open nothing; the page says the same as ever."""
        if not password_is_refused(user):
            send(PASSWORD_RESET, email, link=context["password_reset_url"], email=email)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Under our own address: the one that was asked is what the asker wrote into the Host header."""
        uid, _, token = key.partition("-")
        address = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return f"{settings.PUBLIC_URL}{address}"

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        """Nothing: the backend counts. allauth's own count by name would close every door to a person whom somebody
        else tries, and its limit on second-factor codes, `login_failed`, stays as it is."""

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Through the same door, for the page that asks again and for the old password of a change."""
        found = authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def login(self, request: Any, user: Any) -> None:
        super().login(request, user)
        events.signed_in(actor_for(user, origin=origin_of(request)), user)

    def logout(self, request: Any) -> None:
        if isinstance(request.user, User):
            events.signed_out(actor_for(request.user, origin=origin_of(request)), request.user)
        super().logout(request)

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """A changed or reset password; `User.set_password` ends every session and token from before.

        Whoever may set it proved by the old one or by a mailed link who they are, so their door is open here.
        """
        super().set_password(user, password)
        asking = self.request.actor
        credential = "session" if asking.id == user.pk else "none"
        password_changed(actor_for(user, credential=credential, origin=asking.origin), user)
        network = network_of(origin_of(self.request).address)
        door_opened(Claim(person_of({"email": user.email}), network, user.pk), timezone.now())

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:home")
