"""Refuses strangers from banned networks before anything is done for them; whoever is signed in is no stranger."""

from collections.abc import Callable

from django.http import HttpResponse

from auditlog.honeypots.errors import AddressBanned
from auditlog.honeypots.snapshot import snapshot
from auditlog.honeypots.sparing import is_ours
from crm.core.networks import network_of
from crm.core.requests import CrmRequest
from crm.core.responses import error_response

# What asks for a credential of its own and counts failures: colleagues behind the same address come in here.
DOORS = ("/accounts/", "/auth/", "/.well-known/", "/health/", "/metrics", "/static/")


class BanMiddleware:
    """After the actor is known: a request without a valid credential costs no query until here, with one it passes."""

    def __init__(self, get_response: Callable[[CrmRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CrmRequest) -> HttpResponse:
        if not request.actor.is_authenticated and not request.path.startswith(DOORS) and is_banned(request):
            return error_response(request, AddressBanned())
        return self.get_response(request)


def is_banned(request: CrmRequest) -> bool:
    network = network_of(request.META.get("REMOTE_ADDR", ""))
    return not is_ours(network) and snapshot.is_banned(network)
