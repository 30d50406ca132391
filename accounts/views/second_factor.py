"""Proving a factor: the second step of signing in, signing in by passkey alone, and again before sensitive acts."""

from typing import Any

from allauth.account.internal.stagekit import stash_login
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView
from django.contrib import messages
from django.http import HttpResponse

from accounts.mfa.forms import CodeAgainForm, CodeForm, PasskeyAgainForm, PasskeyForm, PasskeyLoginForm
from accounts.mfa.policy import factors_of
from crm.core.access import public, signed_in

TRIES = 5


@public("the second step of signing in")
class SecondFactorView(AuthenticateView):
    """After so many failures the attempt is over and begins again with the password."""

    form_class = CodeForm
    webauthn_form_class = PasskeyForm

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """A password that was changed meanwhile, or a sign-out everywhere, ends also what is half begun."""
        begun, user = self.stage.login.initiated_at, self.stage.login.user
        if begun < user.tokens_valid_from.timestamp():
            messages.error(request, "Sign in again from the start.")
            return self.stage.abort()
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        failures = self.stage.state["failures"] = self.stage.state.get("failures", 0) + 1
        if failures >= TRIES:
            messages.error(self.request, "Too many tries. Sign in again from the start.")
            return self.stage.abort()
        stash_login(self.request, self.stage.login)
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = set(factors_of(self.stage.login.user).values_list("type", flat=True))
        has = {"has_app": Authenticator.Type.TOTP in kinds, "has_passkey": Authenticator.Type.WEBAUTHN in kinds}
        return {**super().get_context_data(**kwargs), **has}


@signed_in("confirming who one is by a code")
class CodeAgainView(ReauthenticateView):
    form_class = CodeAgainForm


@signed_in("confirming who one is by a passkey")
class PasskeyAgainView(ReauthenticateWebAuthnView):
    form_class = PasskeyAgainForm

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(), **kwargs}


@public("signing in by passkey")
class PasskeyLoginView(LoginWebAuthnView):
    form_class = PasskeyLoginForm
