"""What a client finds out by itself: the server's metadata, and a PKCE pair to try things with."""

import base64
import hashlib
import secrets

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.urls import reverse

from accounts.oauth.answers import answer, oauth_endpoint
from accounts.oauth.server import GRANT_TYPES
from crm.core.access import public
from crm.core.permissions import PERMISSIONS
from crm.core.requests import CrmRequest

WITH_SECRET = ["client_secret_basic", "client_secret_post"]


@public("RFC 8414 metadata")
@oauth_endpoint("GET")
def metadata(request: CrmRequest) -> HttpResponse:
    """Lists what works, and only that."""
    document = {
        "issuer": settings.PUBLIC_URL,
        "authorization_endpoint": _address("authorize"),
        "token_endpoint": _address("token"),
        "revocation_endpoint": _address("revoke"),
        "introspection_endpoint": _address("introspect"),
        "userinfo_endpoint": _address("userinfo"),
        "scopes_supported": sorted(PERMISSIONS),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", *WITH_SECRET],
        "revocation_endpoint_auth_methods_supported": ["none", *WITH_SECRET],
        "introspection_endpoint_auth_methods_supported": WITH_SECRET,
        "authorization_response_iss_parameter_supported": True,
    }
    headers = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
    return JsonResponse(document, headers=headers)


def _address(name: str) -> str:
    return settings.PUBLIC_URL + reverse(f"oauth:{name}")


@public("hands out random numbers, to tools and tests")
@oauth_endpoint("POST")
def challenge(request: CrmRequest) -> HttpResponse:
    """A fresh PKCE verifier and its S256 challenge (RFC 7636 §4); nothing is stored."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    hashed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return answer({"code_verifier": verifier, "code_challenge": hashed, "code_challenge_method": "S256"})
