"""allauth, closed: people come by invitation, never by signing themselves up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from accounts.actors import actor_for
from accounts.models import User
from accounts.passwords.services import password_changed
from accounts.sso.adapter import refused
from accounts.sso.connections import password_is_refused
from crm.core.limits import refuse_guessing


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
            super().send_password_reset_mail(user, email, context)

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        """Before a password is looked at."""
        refuse_guessing(request)
        super().pre_authenticate(request, **credentials)

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """A changed or reset password; `User.set_password` ends every session and token from before."""
        super().set_password(user, password)
        asking = self.request.actor
        credential = "session" if asking.id == user.pk else "none"
        password_changed(actor_for(user, credential=credential, origin=asking.origin), user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:home")
