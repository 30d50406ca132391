"""JSON answers that no cache keeps, and errors as RFC 6749 §5.2 wants them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from oauthlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError, OAuth2Error

from crm.core.requests import origin_of as origin_of

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}

View = Callable[[Any], HttpResponse]


def answer(content: dict[str, Any], status: int = 200) -> HttpResponse:
    return JsonResponse(content, status=status, headers=NO_STORE)


def error_answer(error: OAuth2Error) -> HttpResponse:
    response = answer(dict(error.twotuples), error.status_code)
    if isinstance(error, InvalidClientError):
        response["WWW-Authenticate"] = 'Basic realm="vouch"'
    return response


def oauth_endpoint(method: str) -> Callable[[View], View]:
    """A view that answers programs only: one method, no cookies, every refusal as OAuth JSON."""
    allowed = ("GET", "HEAD") if method == "GET" else (method,)

    def decorate(view: View) -> View:
        @wraps(view)
        def endpoint(request: HttpRequest) -> HttpResponse:
            if request.method not in allowed:
                refusal = error_answer(InvalidRequestError(f"Use {method}.", status_code=405))
                refusal["Allow"] = ", ".join(allowed)
                return refusal
            try:
                return view(request)
            except OAuth2Error as error:
                return error_answer(error)

        return csrf_exempt(endpoint)

    return decorate
