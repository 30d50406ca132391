"""The page where a person signs in and decides what a client may do in their name."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from oauthlib.oauth2.rfc6749.errors import AccessDeniedError, FatalClientError, InvalidRequestFatalError, OAuth2Error

from accounts.oauth.answers import NO_STORE
from accounts.oauth.parameters import Parameters, query_parameters
from accounts.oauth.redirects import origin_of as source_of
from accounts.oauth.scopes import in_words
from accounts.oauth.server import AuthorizationServer
from accounts.oauth.validator import Validator
from crm.core.access import public
from crm.core.requests import CrmRequest, origin_of

REFUSALS = {"", "0", "false", "no"}
CARRIED = (
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "code_challenge",
    "code_challenge_method",
)  # fmt: skip


class ClientRedirect(HttpResponseRedirect):
    """To a registered address, whatever it looks like."""

    allowed_schemes = ["http", "https"]


@public("a faulty request is refused before anybody signs in; consent itself asks for a session")
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: CrmRequest) -> HttpResponse:
    """Every step validates the whole request again, so that nothing the page carries needs to be trusted."""
    try:
        parameters = _parameters(request)
        response = _consent_or_code(request, parameters)
    except FatalClientError as error:
        response = _error_page(request, error)
    except OAuth2Error as error:
        response = (
            _back_to_client(error.redirect_uri, error.twotuples) if error.redirect_uri else _error_page(request, error)
        )
    return _not_kept(response)


def _not_kept(response: HttpResponse) -> HttpResponse:
    for name, value in NO_STORE.items():
        response[name] = value
    return response


def _parameters(request: CrmRequest) -> Parameters:
    sent = request.POST if "client_id" in request.POST else request.GET
    clean = query_parameters(sent)
    return {name: clean[name] for name in CARRIED if name in clean}


def _consent_or_code(request: CrmRequest, parameters: Parameters) -> HttpResponse:
    server = AuthorizationServer(Validator(origin_of(request)))
    address = f"{request.path}?{urlencode(parameters)}"
    scopes, details = server.validate_authorization_request(address)
    if request.actor.credential != "session":
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': address})}")
    if request.method != "POST":
        return _consent_page(request, scopes, details, parameters)
    if request.POST.get("allow", "").lower() in REFUSALS:
        raise AccessDeniedError(request=details["request"])
    with transaction.atomic():
        headers, _body, _status = server.create_authorization_response(address, credentials={"user": request.user})
    return _back_to_client(headers["Location"], [])


def _consent_page(request: CrmRequest, scopes: list[str], details: dict[str, Any], sent: Parameters) -> HttpResponse:
    granted = [scope for scope in scopes if request.actor.may(scope)]
    context = {
        "application": details["request"].client,
        "granted": in_words(granted),
        "withheld": in_words(set(scopes).difference(granted)),
        "parameters": sent.items(),
        "destination": urlsplit(details["redirect_uri"]).netloc,
    }
    response = render(request, "oauth/authorize.html", context)
    # The browser applies form-action to the redirect that follows the form, too.
    response._csp_update = {"form-action": [source_of(details["redirect_uri"])]}  # type: ignore[attr-defined]
    return response


def _back_to_client(address: str, parameters: list[tuple[str, str]]) -> HttpResponse:
    """With the issuer (RFC 9207), on success and on error."""
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *parameters, ("iss", settings.PUBLIC_URL)]
    return ClientRedirect(parts._replace(query=urlencode(query)).geturl())


def _error_page(request: CrmRequest, error: OAuth2Error) -> HttpResponse:
    context = {"code": error.error, "message": error.description or InvalidRequestFatalError.description}
    return render(request, "oauth/error.html", context, status=400)
