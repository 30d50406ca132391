"""allauth's forms where they would go round the door, or tell by their time who has an account."""

from functools import partial
from typing import Any

from allauth.account import forms
from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from accounts.signin.links import mail_reset_link
from crm.core.later import later


class ChangePasswordForm(forms.ChangePasswordForm):
    def clean_oldpassword(self) -> str:
        password: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, password):  # type: ignore[arg-type]
            raise get_adapter().validation_error("enter_current_password")
        return password


class ResetPasswordForm(forms.ResetPasswordForm):
    """The answer is given before anybody looks whether there is such an account."""

    def clean_email(self) -> str:
        email: str = get_adapter().clean_email(self.cleaned_data["email"])
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        later(partial(mail_reset_link, request, email))
        return email
