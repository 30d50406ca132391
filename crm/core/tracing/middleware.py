"""A span around each request that is sampled, and one around each of its statements."""

from collections.abc import Callable

from django.db import connection
from django.http import HttpResponse
from opentelemetry.trace import Span, Status, StatusCode

from crm.core.metrics_middleware import METHODS, route_of
from crm.core.requests import CrmRequest
from crm.core.tracing.spans import request_span, statement_span


class SpanMiddleware:
    """After TraceMiddleware, whose id the trace gets. No address, header, parameter, body or person is told."""

    def __init__(self, get_response: Callable[[CrmRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CrmRequest) -> HttpResponse:
        with request_span(request.method if request.method in METHODS else "OTHER") as span:
            if not span.is_recording():
                return self.get_response(request)
            with connection.execute_wrapper(statement_span):
                response = self.get_response(request)
            tell(span, request, response)
            return response


def tell(span: Span, request: CrmRequest, response: HttpResponse) -> None:
    route = request.resolver_match.route if request.resolver_match else route_of(request)
    span.update_name(f"{request.method} {route}" if request.method in METHODS else route)
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", response.status_code)
    if response.status_code >= 500:
        span.set_status(Status(StatusCode.ERROR))
