"""Programs that call over plain HTTP are refused, not redirected: what they sent has crossed in clear already.

A redirect would let them go on for ever without anybody noticing. Pages are redirected by Django's SecurityMiddleware.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from crm.core.errors import Forbidden
from crm.core.responses import JSON_PREFIXES, error_response

# Supervisors and load balancers ask inside the network, without credentials.
HEALTH = "/health/"
# For SECURE_REDIRECT_EXEMPT, which sees the path without its first slash.
NOT_REDIRECTED = [f"^{prefix.lstrip('/')}" for prefix in JSON_PREFIXES]


class HttpsRequired(Forbidden):
    code = "https_required"
    message = "Use https://. What you sent can be read on its way here: if it held a token or a key, revoke that now."


class PlainHttpMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_program = request.path.startswith(JSON_PREFIXES) and not request.path.startswith(HEALTH)
        if settings.SECURE_SSL_REDIRECT and is_program and not request.is_secure():
            return error_response(request, HttpsRequired())
        return self.get_response(request)
