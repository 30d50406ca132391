"""Sessions that know where they are used from, and when last."""

from typing import Any

from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse


class SessionMiddleware(DjangoSessionMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.session.place = {  # type: ignore[attr-defined]
            "address": request.META.get("REMOTE_ADDR", "")[:64],
            "agent": request.headers.get("User-Agent", "")[:255],
        }

    def process_response(self, request: HttpRequest, response: Any) -> HttpResponse:
        answer = super().process_response(request, response)
        if not getattr(request, "is_unattended", False):
            request.session.touch()  # type: ignore[attr-defined]
        return answer
