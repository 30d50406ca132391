"""What RFC 7662 says about a token, to the client it belongs to."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import AccessToken, Application, RefreshToken
from accounts.oauth.keyed_hash import checksum
from accounts.oauth.validator import refresh_lifetime

Claims = dict[str, Any]
INACTIVE: Claims = {"active": False}


def describe(token: str, client: Application) -> Claims:
    stored = checksum(token)
    access = AccessToken.objects.live().filter(token_checksum=stored, application=client).first()
    if access is not None:
        times = {"iat": int(access.created.timestamp()), "exp": int(access.expires.timestamp())}
        return _common(access) | times | {"scope": " ".join(access.scopes), "token_type": "Bearer"}
    own = RefreshToken.objects.select_related("user", "application", "family__user", "family__application")
    refresh = own.filter(token_checksum=stored, application=client).first()
    return _describe_refresh(refresh) if refresh is not None else INACTIVE


def _describe_refresh(token: RefreshToken) -> Claims:
    now, ends = timezone.now(), token.created + refresh_lifetime()
    if token.revoked is not None or ends <= now or not token.family.is_live(now):
        return INACTIVE
    times = {"iat": int(token.created.timestamp()), "exp": int(min(ends, token.family.expires_at).timestamp())}
    return _common(token) | times | {"scope": token.family.scope}


def _common(token: AccessToken | RefreshToken) -> Claims:
    return {
        "active": True,
        "client_id": token.application.client_id,
        "username": token.user.email,
        "sub": str(token.user.pk),
        "iss": settings.PUBLIC_URL,
    }
