"""Where clients redeem codes, refresh, revoke and ask about their own tokens."""

import json
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from accounts.oauth.answers import answer, oauth_endpoint
from accounts.oauth.introspection import describe
from accounts.oauth.parameters import Parameters, body_parameters
from accounts.oauth.server import AuthorizationServer
from accounts.oauth.validator import Validator
from crm.core.access import public
from crm.core.limits import limited
from crm.core.requests import CrmRequest, origin_of


@public("clients authenticate with their own credentials or prove their code with PKCE")
@oauth_endpoint("POST")
def token(request: CrmRequest) -> HttpResponse:
    return _issue(request, body_parameters(request))


@public("the refresh token is the credential")
@oauth_endpoint("POST")
def refresh(request: CrmRequest) -> HttpResponse:
    """The token endpoint with the grant type given."""
    return _issue(request, body_parameters(request) | {"grant_type": "refresh_token"})


def _issue(request: CrmRequest, parameters: Parameters) -> HttpResponse:
    if "grant_type" not in parameters:
        raise InvalidRequestError("Missing grant_type parameter.")
    server = AuthorizationServer(Validator(origin_of(request)))
    # A refusal is an answer, not an exception: what it revoked is committed.
    with transaction.atomic():
        _headers, body, status = server.create_token_response(reverse("oauth:token"), "POST", urlencode(parameters))
    return _relay(body, status)


@public("clients authenticate with their own credentials; the token is the proof")
@oauth_endpoint("POST")
def revoke(request: CrmRequest) -> HttpResponse:
    """RFC 7009: 200 for tokens that are unknown or somebody else's, too."""
    parameters = body_parameters(request)
    server = AuthorizationServer(Validator(origin_of(request)))
    with transaction.atomic():
        _headers, body, status = server.create_revocation_response(
            reverse("oauth:revoke"), "POST", urlencode(parameters)
        )
    return _relay(body, status)


@limited("300/min")  # a server asks for each request it serves, and proves itself only in here
@public("confidential clients authenticate with their secret")
@oauth_endpoint("POST")
def introspect(request: CrmRequest) -> HttpResponse:
    """RFC 7662, for a client's own tokens; any other token is simply not active."""
    parameters = body_parameters(request)
    asked = Request(reverse("oauth:introspect"), "POST", urlencode(parameters))
    if not Validator(origin_of(request)).authenticate_client(asked):
        raise InvalidClientError("Only confidential clients may ask.")
    if "token" not in parameters:
        raise InvalidRequestError("Missing token parameter.")
    return answer(describe(parameters["token"], asked.client))


def _relay(body: str, status: int) -> HttpResponse:
    response = answer(json.loads(body or "{}"), status)
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="vouch"'
    return response
