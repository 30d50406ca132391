"""The trace id: of a request, the caller's if it is well formed, else made; in every answer, log line and event.

What a request leaves for later (a delivery, a Celery task) carries its id along.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from crm.core.ids import uuid7
from crm.core.requests import CrmRequest

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")

Span = Callable[[str], AbstractContextManager[object]]

_current: ContextVar[str] = ContextVar("trace_id", default="")
_route: ContextVar[str] = ContextVar("route", default="")
_spans: list[Span] = []


def span_with(span: Span) -> None:
    """`span(name)` is entered around each piece of work behind the pages; for an exporter of traces."""
    _spans.append(span)


def current_trace_id() -> str:
    return _current.get()


def current_route() -> str:
    """What is being answered or done: a route of the URL configuration, or a piece of work by its name."""
    return _route.get()


def route_is(name: str) -> None:
    _route.set(name)


@contextmanager
def traced(name: str, trace_id: str = "", *, spanned: bool = True) -> Iterator[str]:
    """Work behind the pages, under the id of whatever asked for it, else under one of its own."""
    was = _current.set(trace_id_from(trace_id)), _route.set(name)
    try:
        with ExitStack() as open_spans:
            for span in _spans if spanned else ():
                open_spans.enter_context(span(name))
            yield _current.get()
    finally:
        _current.reset(was[0])
        _route.reset(was[1])


def trace_id_from(header: str) -> str:
    return header if WELL_FORMED.fullmatch(header) else uuid7().hex


class TraceMiddleware:
    """First in the chain. The id stays set until the next request, since Django logs after the chain has ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CrmRequest) -> HttpResponse:
        request.trace_id = trace_id_from(request.headers.get("X-Request-ID", ""))
        _current.set(request.trace_id)
        _route.set("")
        response = self.get_response(request)
        response["X-Request-ID"] = request.trace_id
        return response

    def process_view(self, request: CrmRequest, *_view: object) -> None:
        route_is(request.resolver_match.route if request.resolver_match else "")
