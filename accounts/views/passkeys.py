"""One's own passkeys: add, rename. They are removed like any factor."""

from typing import Any, cast

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.mfa import services
from accounts.mfa.forms import PasskeyAddForm, PasskeyNameForm
from accounts.mfa.policy import factors_of
from accounts.models import User
from accounts.reauthentication import FreshSignIn
from accounts.views.security import onwards
from crm.core.access import signed_in
from crm.core.errors import Conflict, NotFound
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest


@signed_in("one's own passkeys")
@method_decorator(never_cache, name="dispatch")
class PasskeyAdd(FreshSignIn, ActorPage):
    """Each is resident and verifies its owner, so that it also signs in without a password."""

    def get(self, request: CrmRequest) -> HttpResponse:
        return self._render(PasskeyAddForm(initial={"name": self._suggestion()}))

    def post(self, request: CrmRequest) -> HttpResponse:
        form = PasskeyAddForm(request.POST)
        if not form.is_valid():
            return self._render(form, 422)
        try:
            services.passkey_add(self.actor, **form.cleaned_data)
        except Conflict as refusal:
            form.add_error(None, refusal.message)
            return self._render(form, refusal.status)
        messages.success(request, "Your passkey was added.")
        return onwards(request)

    def _render(self, form: PasskeyAddForm, status: int = 200) -> HttpResponse:
        options = auth.begin_registration(self.request.user, passwordless=True)
        return TemplateResponse(self.request, "mfa/passkey_add.html", {"form": form, "options": options}, status=status)

    def _suggestion(self) -> str:
        agent = self.request.headers.get("User-Agent", "")
        known = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
        return next((name.replace("Macintosh", "Mac") for name in known if name in agent), "")


@signed_in("one's own passkeys")
class PasskeyRename(FreshSignIn, ActorPage):
    def get(self, request: CrmRequest, pk: int) -> HttpResponse:
        return self._render(PasskeyNameForm(initial={"name": self._passkey(pk).data["name"]}))

    def post(self, request: CrmRequest, pk: int) -> HttpResponse:
        self._passkey(pk)
        form = PasskeyNameForm(request.POST)
        if not form.is_valid():
            return self._render(form, 422)
        services.passkey_rename(self.actor, pk, name=form.cleaned_data["name"])
        messages.success(request, "The passkey was renamed.")
        return redirect("accounts:security")

    def _passkey(self, pk: int) -> Authenticator:
        own: Any = factors_of(cast(User, self.request.user)).filter(pk=pk, type=Authenticator.Type.WEBAUTHN)
        if (found := own.first()) is None:
            raise NotFound()
        return cast(Authenticator, found)

    def _render(self, form: PasskeyNameForm, status: int = 200) -> HttpResponse:
        return TemplateResponse(self.request, "mfa/passkey_rename.html", {"form": form}, status=status)
