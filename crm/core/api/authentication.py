"""The actor is already resolved; what is left is CSRF for those who came with a session cookie."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from crm.core.api.requests import requesting_actor
from crm.core.permissions import ACTIONS

KEY_DESCRIPTION = "`crm_live_…`; also as `Authorization: Bearer crm_live_…`. See docs/api-keys.md."


class ActorAuthentication(SessionAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        actor = requesting_actor(request)
        if not actor.is_authenticated:
            return None
        if actor.credential == "session":
            self.enforce_csrf(request)
        return request._request.user, actor

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="vouch"'


def in_words() -> dict[str, str]:
    """Every scope, in the order of the vocabulary."""
    return {
        f"{resource}:{action}": f"{action.capitalize()} {resource}"
        for resource, actions in ACTIONS.items()
        for action in actions
    }


class ActorAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "crm.core.api.authentication.ActorAuthentication"
    name = ["oauth2", "api_key", "session"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        flow = {"authorizationUrl": "/auth/authorize", "tokenUrl": "/auth/token", "refreshUrl": "/auth/refresh"}
        return [
            {"type": "oauth2", "flows": {"authorizationCode": {**flow, "scopes": in_words()}}},
            {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": KEY_DESCRIPTION},
            {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
        ]
