"""Resolves who is asking, once per request, for every door: session, bearer token, API key."""

from collections.abc import Callable
from functools import cache
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from accounts.actors import actor_for
from accounts.apikeys.authentication import actor_of_key, key_for, presented_key
from accounts.apikeys.decoys import report_decoy
from accounts.apikeys.usage import note_request
from accounts.models import User
from accounts.oauth.bearer import note_use, token_for
from crm.core.actor import ANONYMOUS, Actor, Door, Origin
from crm.core.errors import CrmError, Unauthenticated
from crm.core.requests import CrmRequest, origin_of

TOKEN_PREFIXES = ("/api/", "/mcp", "/auth/userinfo")
# For programs alone: a browser's session opens nothing here, so that no page elsewhere can use it.
WITHOUT_SESSIONS = "/mcp"
DOORS: dict[str, Door] = {"/api/": "api", "/mcp": "mcp", "/auth/userinfo": "api", "/admin/": "admin"}


class ActorMiddleware:
    """Sets `request.actor`. A token that is not accepted leaves the actor anonymous, never the session's."""

    def __init__(self, get_response: Callable[[CrmRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CrmRequest) -> HttpResponse:
        request.credential_error = request.api_key = None
        request.actor = self._resolve(request)
        is_known = request.actor.is_authenticated
        timezone.activate(zone_of(cast(User, request.user).time_zone if is_known else ""))
        response = self.get_response(request)
        note_request(request)
        report_decoy(request)
        return response

    def _resolve(self, request: CrmRequest) -> Actor:
        origin = origin_of(request)
        try:
            if (presented := presented_key(request)) is not None:
                return self._from_key(request, presented, origin)
        except CrmError as refusal:
            request.credential_error = refusal
            return ANONYMOUS
        if "Authorization" in request.headers and request.path.startswith(TOKEN_PREFIXES):
            return self._from_token(request, origin)
        if request.path.startswith(WITHOUT_SESSIONS):
            return ANONYMOUS
        if request.user.is_authenticated:
            return actor_for(request.user, door=_door(request.path), origin=origin)
        if getattr(request.session, "over", ""):
            request.credential_error = Unauthenticated("The session has ended. Sign in again.", code="session_ended")
        return ANONYMOUS

    def _from_key(self, request: CrmRequest, presented: str, origin: Origin) -> Actor:
        key = request.api_key = key_for(presented, origin, timezone.now())
        request.user = key.user
        return actor_of_key(key, origin).through(_door(request.path))

    def _from_token(self, request: CrmRequest, origin: Origin) -> Actor:
        token = token_for(request.headers["Authorization"])
        if token is None:
            request.credential_error = refused()
            return ANONYMOUS
        request.user = token.user
        note_use(token.family, origin)
        return actor_for(
            token.user,
            door=_door(request.path),
            credential="token",
            scopes=token.scopes,
            origin=origin,
            on_behalf_of=f"client:{token.application.name}",
        )


@cache
def zone_of(name: str) -> ZoneInfo:
    """A person's own time zone, else the installation's."""
    return ZoneInfo(name or settings.TIME_ZONE)


def refused() -> CrmError:
    return Unauthenticated("The access token is not valid, has expired or was revoked.", code="invalid_token")


def _door(path: str) -> Door:
    return next((door for prefix, door in DOORS.items() if path.startswith(prefix)), "page")
