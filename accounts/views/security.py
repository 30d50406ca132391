"""How one signs in: the overview, the authenticator app, recovery codes."""

import base64
import time
from typing import Any, cast

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.mfa import services
from accounts.mfa.forms import AppForm
from accounts.mfa.policy import factors_of, needs_factor
from accounts.models import User
from accounts.reauthentication import FreshSignIn
from crm.core import encryption
from crm.core.access import signed_in
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest

# A secret that nobody has proven in this time is drawn anew.
PENDING_SECONDS = 900


@signed_in("one's own ways to sign in")
def security(request: CrmRequest) -> HttpResponse:
    refuse_unknown(request.GET, set())
    user = cast(User, request.user)
    factors = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    kinds = {kind: [one for one in factors if one.type == kind] for kind in Authenticator.Type}
    codes = next(iter(kinds[Authenticator.Type.RECOVERY_CODES]), None)
    context = {
        "app": next(iter(kinds[Authenticator.Type.TOTP]), None),
        "passkeys": kinds[Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "is_required": needs_factor(user),
        "is_only_one": len(factors) - bool(codes) == 1,
    }
    return TemplateResponse(request, "accounts/security.html", context)


@signed_in("choosing a second factor")
def setup(request: CrmRequest) -> HttpResponse:
    """Where somebody is led who must have a second factor and has none."""
    user = cast(User, request.user)
    context = {"is_required": needs_factor(user), "has_factor": factors_of(user).exists()}
    return TemplateResponse(request, "mfa/setup.html", context)


@signed_in("one's own authenticator app")
@method_decorator(never_cache, name="dispatch")
class AppSetup(FreshSignIn, ActorPage):
    """Shows a new secret as picture and text; a code of it connects the app, or replaces the one before."""

    def get(self, request: CrmRequest) -> HttpResponse:
        return self._render(AppForm())

    def post(self, request: CrmRequest) -> HttpResponse:
        form = AppForm(request.POST)
        if not form.is_valid():
            return self._render(form, 422)
        try:
            services.app_set(self.actor, secret=self._secret(), code=form.cleaned_data["code"])
        except Invalid as refusal:
            form.add_error("code", refusal.details[0]["message"])
            return self._render(form, 422)
        del request.session[SECRET_SESSION_KEY]
        messages.success(request, "Your authenticator app is connected.")
        return onwards(request)

    def _render(self, form: AppForm, status: int = 200) -> HttpResponse:
        user, secret = cast(User, self.request.user), self._secret()
        adapter = get_adapter()
        picture = adapter.build_totp_svg(adapter.build_totp_url(user, secret)).encode()
        context = {
            "form": form,
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            "picture": f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}",
            "is_replacement": factors_of(user).filter(type=Authenticator.Type.TOTP).exists(),
        }
        return TemplateResponse(self.request, "mfa/app.html", context, status=status)

    def _secret(self) -> str:
        """The one on the screen, kept encrypted: the session lies in the database, too."""
        pending: dict[str, Any] = self.request.session.get(SECRET_SESSION_KEY) or {}
        if pending.get("at", 0) < time.time() - PENDING_SECONDS:
            pending = {"at": time.time(), "secret": encryption.encrypt(generate_totp_secret())}
            self.request.session[SECRET_SESSION_KEY] = pending
        return encryption.decrypt(pending["secret"])


@signed_in("one's own factors")
class FactorRemove(FreshSignIn, ActorPage):
    def post(self, request: CrmRequest, pk: int) -> HttpResponse:
        try:
            removed = services.factor_remove(self.actor, pk)
        except Conflict as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"Removed: {removed}.")
        return redirect("accounts:security")


@signed_in("one's own recovery codes")
@method_decorator(never_cache, name="dispatch")
class RecoveryCodes(FreshSignIn, ActorPage):
    """GET shows them, once; POST makes new ones."""

    def get(self, request: CrmRequest) -> HttpResponse:
        try:
            codes = services.recovery_codes_reveal(self.actor)
        except NotFound as refusal:
            messages.info(request, refusal.message)
            return redirect("accounts:security")
        return TemplateResponse(request, "mfa/recovery_codes.html", {"codes": codes})

    def post(self, request: CrmRequest) -> HttpResponse:
        services.recovery_codes_renew(self.actor)
        return redirect("accounts:security_codes")


def onwards(request: CrmRequest) -> HttpResponse:
    """To the recovery codes that came with the first factor, or back."""
    codes = Authenticator.objects.filter(user=cast(User, request.user), type=Authenticator.Type.RECOVERY_CODES).first()
    is_new = codes is not None and not codes.wrap().did_view
    return redirect("accounts:security_codes" if is_new else "accounts:security")
