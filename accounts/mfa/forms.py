"""Forms for proving a factor, with our check of codes and our record of failures, and for setting one up."""

from dataclasses import replace
from typing import Any, cast

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import ValidationError

from accounts.actors import actor_for
from accounts.mfa import events
from accounts.mfa.codes import Verdict, check_code
from accounts.models import User
from accounts.oauth.answers import origin_of
from crm.core.actor import ANONYMOUS, Actor
from crm.core.fields import refuse_control_characters
from crm.core.requests import CrmRequest

# What garbage from outside makes the WebAuthn library raise.
GARBAGE = (ValidationError, ValueError, TypeError, KeyError, AttributeError, IndexError)

LONGEST_REGISTRATION = 20_000
KEPT = ("id", "rawId", "type", "authenticatorAttachment", "response", "clientExtensionResults")


def code_field(label: str) -> forms.CharField:
    attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    return forms.CharField(label=label, max_length=24, widget=forms.TextInput(attributes))


def caller(user: User | None) -> Actor:
    """Who proves a factor: perhaps not signed in yet."""
    origin = origin_of(cast(CrmRequest, context.request))
    return actor_for(user, credential="none", origin=origin) if user else replace(ANONYMOUS, origin=origin)


class CodeCheck(BaseAuthenticateForm):
    """A code of the app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field("Code")

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        verdict = check_code(self.user, code)
        if verdict.factor is None:
            raise get_adapter().validation_error(self._refusal(verdict))
        self.authenticator = verdict.factor
        if verdict.factor.type == Authenticator.Type.RECOVERY_CODES:
            left = len(verdict.factor.wrap().get_unused_codes())
            events.recovery_code_used(caller(self.user), self.user, left)
        return code

    def _refusal(self, verdict: Verdict) -> str:
        if not verdict.limited:
            events.factor_failed(caller(self.user), self.user, how="code", exhausted=verdict.exhausted)
        return "too_many_codes" if verdict.limited or verdict.exhausted else "incorrect_code"


class CodeForm(CodeCheck, AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(CodeCheck, ReauthenticateForm):
    """In an open session, before something sensitive."""


class PasskeyForm(AuthenticateWebAuthnForm):
    """No limit on tries: nobody guesses a signature."""

    def clean_credential(self) -> Authenticator:
        try:
            return self._proven(self.cleaned_data["credential"])
        except GARBAGE:
            events.factor_failed(caller(self.user), self.user, how="passkey")
            raise get_adapter().validation_error("incorrect_passkey") from None

    def _proven(self, credential: Any) -> Authenticator:
        auth.parse_authentication_response(credential)
        user = self.user or auth.extract_user_from_response(credential)
        return auth.complete_authentication(user, credential)


class PasskeyLoginForm(PasskeyForm):
    """Signing in without a password: the passkey says whose it is."""

    passwordless = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=None, **kwargs)


class PasskeyAgainForm(PasskeyForm):
    reauthenticated = True


class AppForm(forms.Form):
    code = code_field("Code of the app")


class PasskeyNameForm(forms.Form):
    """A name tells two passkeys apart."""

    name = forms.CharField(
        max_length=60, validators=[refuse_control_characters], help_text="Where it lives, like “Work laptop”."
    )


class PasskeyAddForm(PasskeyNameForm):
    credential = forms.JSONField(widget=forms.HiddenInput)

    def clean_credential(self) -> dict[str, Any]:
        """The registration, proven against the challenge of this session; a passkey verifies its owner."""
        credential = self.cleaned_data["credential"]
        try:
            if len(self.data["credential"]) > LONGEST_REGISTRATION:
                raise ValueError("no authenticator says so much")
            auth.parse_registration_response(credential)
            auth.complete_registration(credential)
        except GARBAGE:
            raise get_adapter().validation_error("incorrect_passkey") from None
        return {name: credential[name] for name in KEPT if name in credential}
