"""The page of the password policy, and a first password for who came by single sign-on."""

from typing import Any

from allauth.account.views import PasswordSetView
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from accounts.models import PasswordPolicy
from accounts.passwords import rules
from accounts.passwords.forms import PasswordPolicyForm
from accounts.passwords.services import password_policy_update
from accounts.reauthentication import FreshSignIn
from crm.core.access import requires, signed_in
from crm.core.errors import Invalid, Stale
from crm.core.listing import refuse_unknown
from crm.core.pages import FormPage
from crm.core.requests import CrmRequest


@signed_in("a password for who signed in without one")
class PasswordSet(FreshSignIn, PasswordSetView):
    """A session that somebody left open must not be given a password of its own."""


@requires("settings:manage")
class PasswordPolicyPage(FormPage):
    model = PasswordPolicy
    form_class = PasswordPolicyForm

    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        return self.render(self.form_class(instance=PasswordPolicy.current(), actor=self.actor))

    def post(self, request: CrmRequest) -> HttpResponse:
        form = self.form_class(request.POST, instance=PasswordPolicy.current(), actor=self.actor)
        if not form.is_valid():
            return self.render(form, 422)
        try:
            password_policy_update(self.actor, version=form.cleaned_data["version"], **form.values())
        except (Invalid, Stale) as refusal:
            return self.refuse(form, refusal)
        messages.success(request, "The password policy was saved. It holds from now on.")
        return redirect("settings:password_policy")

    def render(self, form: Any, status: int = 200) -> HttpResponse:
        context = {"form": form, "requirements": rules.requirements(PasswordPolicy.current())}
        return TemplateResponse(self.request, "settings/password_policy.html", context, status=status)
