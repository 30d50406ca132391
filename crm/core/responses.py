"""The one error shape: JSON envelope or RFC 9457 for programs, a page with the same trace id for people."""

import json
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from crm.core.errors import CrmError

PROBLEM = "application/problem+json"
OAUTH_PREFIXES = tuple(
    f"/auth/{name}" for name in ("token", "refresh", "revoke", "introspect", "userinfo", "challenge")
)
REFUSED_CREDENTIALS = {"invalid_token", "invalid_api_key"}
# Where agents come in: a program that is not known there is told who gives out tokens (RFC 9728).
AGENTS = "/mcp"
METADATA = "/.well-known/oauth-protected-resource"
JSON_PREFIXES = ("/api/", "/health/", "/hooks/", "/metrics", AGENTS, *OAUTH_PREFIXES)


def speaks_json(request: HttpRequest) -> bool:
    """API addresses always answer in JSON; pages do when a script asks for it."""
    return request.path.startswith(JSON_PREFIXES) or request.headers.get("Accept", "").startswith("application/json")


def envelope(request: HttpRequest, error: CrmError) -> dict[str, Any]:
    return {
        "success": False,
        "error": {
            "code": error.code,
            "message": error.message,
            "details": error.details,
            "status": error.status,
            "path": request.path,
            "timestamp": timezone.now().isoformat(),
            "trace_id": getattr(request, "trace_id", ""),
        },
    }


def problem(request: HttpRequest, error: CrmError) -> dict[str, Any]:
    """RFC 9457 problem details with our code, field details and trace id as extension members."""
    return {
        "type": f"urn:vouch:error:{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.message,
        "instance": request.path,
        "code": error.code,
        "errors": error.details,
        "trace_id": getattr(request, "trace_id", ""),
    }


def oauth_error(error: CrmError) -> dict[str, str]:
    """RFC 6749 §5.2, for what is refused before an OAuth endpoint sees it. Its words: one set, none of our own."""
    words = {401: "invalid_token", 429: "temporarily_unavailable", 500: "server_error", 503: "temporarily_unavailable"}
    return {"error": words.get(error.status, "invalid_request"), "error_description": error.message}


def error_headers(request: HttpRequest, error: CrmError) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if error.status == HTTPStatus.UNAUTHORIZED:
        hint = ', error="invalid_token"' if error.code in REFUSED_CREDENTIALS else ""
        where = f', resource_metadata="{settings.PUBLIC_URL}{METADATA}{AGENTS}"' if request.path == AGENTS else ""
        headers["WWW-Authenticate"] = f'Bearer realm="vouch"{hint}{where}'
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return headers


def error_response(request: HttpRequest, error: CrmError) -> HttpResponse:
    """Any refusal as an answer to this request, which remembers it."""
    request.refusal = error  # type: ignore[attr-defined]
    headers = error_headers(request, error)
    if request.path.startswith(OAUTH_PREFIXES):
        return JsonResponse(oauth_error(error), status=error.status, headers={**headers, "Pragma": "no-cache"})
    if not speaks_json(request):
        return _page(request, error, headers)
    if PROBLEM in request.headers.get("Accept", ""):
        return JsonResponse(problem(request, error), status=error.status, headers=headers, content_type=PROBLEM)
    return JsonResponse(envelope(request, error), status=error.status, headers=headers)


def _page(request: HttpRequest, error: CrmError, headers: dict[str, str]) -> HttpResponse:
    if request.headers.get("HX-Request"):
        headers["HX-Trigger"] = json.dumps({"toast": {"level": "error", "message": error.message}})
    context = {
        "status": error.status,
        "title": HTTPStatus(error.status).phrase,
        "message": error.message,
        "code": error.code,
        "details": error.details,
        "trace_id": getattr(request, "trace_id", ""),
    }
    response = render(request, error.template, context, status=error.status)
    for name, value in headers.items():
        response[name] = value
    return response
