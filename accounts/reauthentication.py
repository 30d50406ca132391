"""Sensitive acts ask for the password or a factor again, unless the person gave it within the last minutes.

Pages: `@fresh_sign_in_required` on a function, `FreshSignIn` as a mixin of a class, or
`@method_decorator(fresh_sign_in_required)` on its `post` alone. API: `ensure_fresh_sign_in(request)` in the action.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views import View

from accounts.models import User
from crm.core.errors import Forbidden
from crm.core.requests import CrmRequest
from crm.core.responses import error_response, speaks_json

# What proves that the person is there; a reset link proves that somebody reads the mail.
PROOFS = {"password", "mfa", "socialaccount"}


def is_fresh(request: CrmRequest) -> bool:
    """Did this session show a password, a factor or an identity provider's word lately?"""
    records = get_authentication_records(request, cast(User, request.user))
    newest = max((one["at"] for one in records if one.get("method") in PROOFS), default=0)
    return bool(time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def ensure_fresh_sign_in(request: CrmRequest) -> None:
    """Raises Forbidden: `session_required` for tokens and keys, `reauthentication_required` for an old session."""
    if request.actor.credential != "session":
        raise Forbidden("Only a signed-in person may do this, not a token or key.", code="session_required")
    if not is_fresh(request):
        raise Forbidden("Confirm that it is you: enter your password again.", code="reauthentication_required")


def fresh_sign_in_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page whose session is too old asks for the password or a factor and comes back; scripts get the refusal."""

    @wraps(view)
    def guarded(request: CrmRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            ensure_fresh_sign_in(request)
        except Forbidden as refusal:
            if refusal.code == "session_required" or speaks_json(request):
                return error_response(request, refusal)
            return ask_again(request)
        return view(request, *args, **kwargs)

    return guarded


class FreshSignIn(View):
    """Mixin for class-based pages, before the page's own class: every method asks."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return fresh_sign_in_required(super().dispatch)(request, *args, **kwargs)


def ask_again(request: CrmRequest) -> HttpResponse:
    """To the page that asks, and from there back. What was posted is not kept: it may hold secrets."""
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    if not methods:  # known to an identity provider alone: only a new sign-in proves anything
        messages.info(request, "Sign in again to continue.")
    url = f"{methods[0]['url'] if methods else reverse('account_logout')}?{urlencode({'next': _way_back(request)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _way_back(request: CrmRequest) -> str:
    """The page itself, or for a form the page that it was sent from."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.get_full_path()
    origin = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure()):
        return reverse("accounts:home")
    parts = urlsplit(origin)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
