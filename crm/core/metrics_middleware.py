"""Rate, errors and duration of each route: two counts a request."""

from collections.abc import Callable
from time import perf_counter

from django.http import HttpResponse

from crm.core.metrics import DURATION, REFUSALS, REQUESTS
from crm.core.pool_metrics import note_pool
from crm.core.requests import CrmRequest

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
UNMATCHED = "unmatched"


class MetricsMiddleware:
    """Around everything that may answer. A path never becomes a label: whoever asks for a million gets one series."""

    def __init__(self, get_response: Callable[[CrmRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CrmRequest) -> HttpResponse:
        start = perf_counter()
        response = self.get_response(request)
        seconds = perf_counter() - start
        method, route = request.method if request.method in METHODS else "OTHER", route_of(request)
        REQUESTS.labels(method, route, f"{response.status_code // 100}xx").inc()
        DURATION.labels(method, route).observe(seconds)
        if refusal := getattr(request, "refusal", None):
            REFUSALS.labels(refusal.code).inc()
        note_pool()
        return response


def route_of(request: CrmRequest) -> str:
    """The name of the view as the URL configuration has it."""
    return request.resolver_match.view_name if request.resolver_match else UNMATCHED
