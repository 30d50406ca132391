"""Refuses, before any view, addresses that no honest client sends."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from crm.core.errors import BadRequest, TooLarge
from crm.core.responses import error_response
from crm.core.uploads import parse_strictly

LARGEST_BODY = 2_500_000
LARGEST_UPLOAD = 50_000_000


class HostileInputMiddleware:
    """NUL in path or query is 400; a body over the limit is 413 before it is read (uploads have their own limit).

    The names of uploaded files come as they were sent, or not at all (crm.core.uploads).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return error_response(request, BadRequest("NUL characters are not accepted.", code="nul_character"))
        if _declared_length(request) > _limit(request):
            return error_response(request, TooLarge())
        parse_strictly(request)
        return self.get_response(request)


def _declared_length(request: HttpRequest) -> int:
    declared = request.META.get("CONTENT_LENGTH") or "0"
    return int(declared) if declared.isdigit() else 0


def _limit(request: HttpRequest) -> int:
    is_upload = request.content_type == "multipart/form-data"
    return LARGEST_UPLOAD if is_upload else LARGEST_BODY
