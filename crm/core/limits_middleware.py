"""Limits for pages and API alike: who asks is known, the view is not yet called. docs/rate-limits.md says why so."""

import re
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from crm.core.limits import Limit, RateLimited, Verdict, count, give_back
from crm.core.networks import network_of
from crm.core.requests import CrmRequest
from crm.core.responses import error_response

EXEMPT = re.compile(r"/(static/|health/|metrics$|api/v1/(\w+/)?health/?$)")
TOKEN_DOORS = ("/auth/token", "/auth/refresh", "/auth/introspect", "/auth/revoke")
# Where a person proves who they are with something that can be guessed.
PASSWORD_DOORS = {
    "account_login", "account_reauthenticate", "account_change_password", "mfa_authenticate", "mfa_reauthenticate",
}  # fmt: skip
# Their lock-out has the first word, so the refusal is put by until the lock was looked at (`refuse_guessing`).
LOCKS_FIRST = {"account_login", "account_reauthenticate", "account_change_password"}


class RateLimitMiddleware:
    """After the actor is known, before access is decided. One call of `count` for each request that is in order."""

    def __init__(self, get_response: Callable[[CrmRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CrmRequest) -> HttpResponse:
        request.rate_verdict = request.guess = None
        response = self.get_response(request)
        if not is_limited(request):
            return response
        if request.rate_verdict is None:  # no view was reached: an unknown address, a refused form
            response = refusal(request, count(general(request))) or response
        elif is_refused_at_a_token_door(request, response):
            response = refusal(request, count(bad_credential(request))) or response
        return settled(request, response)

    def process_view(
        self, request: CrmRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not is_limited(request):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        own = limit_of(view, request.method or "GET")
        wanted = [(f"{name}:{identity(request)}", own) if own else general(request)]
        if is_bad_credential(request):
            wanted.append(bad_credential(request))
        if is_guess := request.method == "POST" and name in PASSWORD_DOORS:
            wanted.append((f"guess:{identity(request)}", tier("bad_credentials")))
        verdict = count(*wanted)
        request.guess = verdict if is_guess else None
        if name in LOCKS_FIRST and verdict.key.startswith("guess:"):
            request.rate_verdict = verdict
            return None
        return refusal(request, verdict)


def is_limited(request: HttpRequest) -> bool:
    return settings.RATE_LIMIT_ENABLED and not EXEMPT.match(request.path)


def refusal(request: CrmRequest, verdict: Verdict) -> HttpResponse | None:
    """Remembers what the answer's headers will say; an answer where the verdict is no."""
    if request.rate_verdict is None or not verdict.allowed:
        request.rate_verdict = verdict
    return None if verdict.allowed else error_response(request, RateLimited(verdict))


def settled(request: CrmRequest, response: HttpResponse) -> HttpResponse:
    """With the headers; a guess that was right is no longer counted."""
    if request.guess and request.guess.allowed and 300 <= response.status_code < 400:
        give_back(request.guess.receipts[-1])
    if request.rate_verdict:
        for name, value in request.rate_verdict.headers.items():
            response.setdefault(name, value)
    return response


def identity(request: CrmRequest) -> str:
    """A person or program by its id, whichever credential it came with; a stranger by the network."""
    actor = request.actor
    return f"principal:{actor.id or actor.label}" if actor.is_authenticated else f"network:{network(request)}"


def network(request: HttpRequest) -> str:
    return network_of(request.META.get("REMOTE_ADDR", "")) or "unknown"


def general(request: CrmRequest) -> tuple[str, Limit]:
    if not request.actor.is_authenticated:
        return identity(request), tier("anonymous")
    is_admin = request.actor.role in settings.RATE_LIMIT_ADMIN_ROLES
    return identity(request), tier("admin" if is_admin else "authenticated")


def is_bad_credential(request: CrmRequest) -> bool:
    """A token or key that was not accepted. A session that has ended is no attack: its owner will sign in again."""
    return request.credential_error is not None and request.credential_error.code != "session_ended"


def bad_credential(request: HttpRequest) -> tuple[str, Limit]:
    """Tokens and keys: by address whoever they claim to be."""
    return f"bad:{network(request)}", tier("bad_credentials")


def is_refused_at_a_token_door(request: HttpRequest, response: HttpResponse) -> bool:
    return request.path in TOKEN_DOORS and response.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED)


def tier(name: str) -> Limit:
    return _limit(settings.RATE_LIMITS[name])


@cache
def _limit(written: str) -> Limit:
    return Limit.of(written)


def limit_of(view: Callable[..., Any], method: str) -> Limit | None:
    """What `@limited` gave to a view, its class, or the action or method that answers."""
    target = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    action = (getattr(view, "actions", None) or {}).get(method.lower(), method.lower())
    found = (getattr(owner, "rate_limit", None) for owner in (view, getattr(target, action, None), target))
    return next(filter(None, found), None)
