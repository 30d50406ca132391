"""Every view declares who may call it; one that declares nothing answers 403."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from crm.core.actor import Actor, Denied
from crm.core.errors import Forbidden, NotFound, Unauthenticated
from crm.core.permissions import require_known
from crm.core.requests import CrmRequest
from crm.core.responses import error_response, speaks_json

SAFE = ("GET", "HEAD", "OPTIONS")
V = TypeVar("V", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """`permissions`: any one of them opens the view. `public` and `signed_in` state a reason instead."""

    permissions: tuple[str, ...] = ()
    public: str = ""
    signed_in: str = ""
    hidden: bool = False

    def allows(self, actor: Actor) -> bool | Denied:
        if self.public:
            return True
        if not actor.is_authenticated:
            return Denied("", "nobody is signed in")
        if self.signed_in:
            return True
        answers = [actor.may(permission) for permission in self.permissions]
        return any(answers) or answers[0]


def requires(*permissions: str) -> Callable[[V], V]:
    """Opens a view to those with any of the permissions."""
    return _declare(Access(permissions=tuple(map(require_known, permissions))))


def public(reason: str) -> Callable[[V], V]:
    """Opens a view to everybody; the reason is shown in the access report."""
    return _declare(Access(public=reason))


def signed_in(reason: str) -> Callable[[V], V]:
    """Opens a view to each signed-in person, for what is their own (profile, sign-out)."""
    return _declare(Access(signed_in=reason))


def _declare(access: Access) -> Callable[[V], V]:
    def decorate(view: V) -> V:
        view.access = access  # type: ignore[attr-defined]
        return view

    return decorate


_declared: dict[str, Access] = {}


def declare_views(prefix: str, access: Access) -> None:
    """For views of libraries, which cannot be decorated: by the module they are defined in (`allauth.account.`)."""
    _declared[prefix] = access


def access_of(view: Callable[..., Any], method: str = "GET") -> Access | None:
    """What a resolved view function declares for a method, or None."""
    target = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    if per_action := getattr(target, "access_by_action", None):
        action = getattr(view, "actions", {}).get(method.lower())
        return per_action.get(action) or getattr(target, "access", None)
    owners = (view, target, getattr(view, "model_admin", None), getattr(view, "admin_site", None))
    declared = (getattr(owner, "access", None) for owner in owners)
    return next(filter(None, declared), None) or _declared_for_library(target)


def _declared_for_library(target: Any) -> Access | None:
    name = f"{target.__module__}.{getattr(target, '__qualname__', '')}"
    matches = [prefix for prefix in _declared if name.startswith(prefix)]
    return _declared[max(matches, key=len)] if matches else None


class AccessMiddleware:
    """The one place where a view's declaration is enforced, whichever door the caller came through."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: CrmRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        return refused(request, view)


def refused(request: CrmRequest, view: Callable[..., Any]) -> HttpResponseBase | None:
    """The answer to who may not call this view; None for who may."""
    access = access_of(view, request.method or "GET")
    if access is None:
        return error_response(request, Forbidden("Nobody may use this address.", code="access_undeclared"))
    if not request.actor.is_authenticated and not access.public:
        return _ask_to_sign_in(request)
    if access.signed_in and request.actor.credential == "key" and request.method not in SAFE:
        message = "An API key acts for a person, but cannot manage the person's account. Sign in."
        return error_response(request, Forbidden(message, code="session_required"))
    verdict = access.allows(request.actor)
    if isinstance(verdict, Denied):
        refusal = NotFound() if access.hidden else Forbidden(f"Not allowed: {verdict.reason}.")
        return error_response(request, refusal)
    return None


def _ask_to_sign_in(request: CrmRequest) -> HttpResponse:
    if speaks_json(request):
        return error_response(request, request.credential_error or Unauthenticated())
    ended = getattr(request.session, "over", "")
    query = {"next": _page_of(request), **({"ended": ended} if ended else {})}
    return redirect(f"{reverse('account_login')}?{urlencode(query)}")


def _page_of(request: HttpRequest) -> str:
    """Where one was: the address itself, or for what cannot be repeated the page it was sent from."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    return page._replace(scheme="", netloc="").geturl() if page.netloc == request.get_host() else "/"
