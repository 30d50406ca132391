"""The grants this server offers, and no others: authorization code with PKCE S256, refresh, client credentials."""

import re
from typing import Any

from django.conf import settings
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.endpoints.authorization import AuthorizationEndpoint
from oauthlib.oauth2.rfc6749.endpoints.revocation import RevocationEndpoint
from oauthlib.oauth2.rfc6749.endpoints.token import TokenEndpoint
from oauthlib.oauth2.rfc6749.errors import InvalidRequestError
from oauthlib.oauth2.rfc6749.grant_types import AuthorizationCodeGrant, ClientCredentialsGrant, RefreshTokenGrant
from oauthlib.oauth2.rfc6749.grant_types.authorization_code import code_challenge_method_s256
from oauthlib.oauth2.rfc6749.tokens import BearerToken

from accounts.oauth.validator import Validator

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")


class CodeGrant(AuthorizationCodeGrant):
    _code_challenge_methods = {"S256": code_challenge_method_s256}

    def validate_authorization_request(self, request: Request) -> Any:
        result = super().validate_authorization_request(request)
        if not CHALLENGE.fullmatch(request.code_challenge):
            raise InvalidRequestError("code_challenge is not the S256 hash of a verifier.", request=request)
        if request.response_mode not in (None, "query"):
            raise InvalidRequestError("Only response_mode=query is supported.", request=request)
        return result


class AuthorizationServer(AuthorizationEndpoint, TokenEndpoint, RevocationEndpoint):
    """Made for one HTTP request, because its validator remembers who asked."""

    def __init__(self, validator: Validator) -> None:
        code = CodeGrant(validator)
        grants = (code, RefreshTokenGrant(validator), ClientCredentialsGrant(validator))
        bearer = BearerToken(validator, expires_in=settings.ACCESS_MINUTES * 60)
        AuthorizationEndpoint.__init__(self, "code", bearer, {"code": code})
        TokenEndpoint.__init__(self, "authorization_code", bearer, dict(zip(GRANT_TYPES, grants, strict=True)))
        RevocationEndpoint.__init__(self, validator)
