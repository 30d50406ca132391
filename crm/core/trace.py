"""The request's trace id: echoed if the caller's is well formed, else made; in every answer, log line and event."""

import re
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from crm.core.ids import uuid7
from crm.core.requests import CrmRequest

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")

_current: ContextVar[str] = ContextVar("trace_id", default="")


def current_trace_id() -> str:
    return _current.get()


def trace_id_from(header: str) -> str:
    return header if WELL_FORMED.fullmatch(header) else uuid7().hex


class TraceMiddleware:
    """First in the chain. The id stays set until the next request, since Django logs after the chain has ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CrmRequest) -> HttpResponse:
        request.trace_id = trace_id_from(request.headers.get("X-Request-ID", ""))
        _current.set(request.trace_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request.trace_id
        return response
