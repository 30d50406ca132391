"""Refused permissions and credentials become security events, sampled so that a loop cannot flood the table (SEC-7)."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpResponse

from auditlog.models import Severity
from auditlog.security import security_event
from crm.core.actor import Actor
from crm.core.errors import CrmError
from crm.core.requests import CrmRequest, origin_of
from crm.core.responses import OAUTH_PREFIXES

# What a role or a scope does not allow; a session that is too old or a form that has expired is no such thing.
DENIALS = {"forbidden", "access_undeclared", "beyond_own_grants", "field_forbidden", "not_by_key"}
CREDENTIALS = {"invalid_api_key", "invalid_token"}
# The same refusal once a minute, and no more than so many of one person or network in ten minutes.
QUIET_SECONDS, WINDOW_SECONDS, MOST = 60, 600, 30

log = structlog.get_logger("vouch.refusals")


class RefusalMiddleware:
    """After the answer is made: what goes wrong here is logged and refuses nobody."""

    def __init__(self, get_response: Callable[[CrmRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CrmRequest) -> HttpResponse:
        response = self.get_response(request)
        try:
            note(request, response)
        except DatabaseError as error:
            log.error("refusal_not_recorded", exc_info=error)
        return response


def note(request: CrmRequest, response: HttpResponse) -> None:
    refusal: CrmError | None = getattr(request, "refusal", None)
    code = refusal.code if refusal else ""
    if refusal and request.actor.is_authenticated and code in DENIALS:
        _denied(request, request.actor, refusal)
    elif code in CREDENTIALS and not request.actor.is_authenticated:
        _credential_refused(request, code)
    elif response.status_code == HTTPStatus.UNAUTHORIZED and request.path.startswith(OAUTH_PREFIXES):
        # A client whose secret is wrong is answered by the OAuth library, in its own words.
        _credential_refused(request, "oauth")


def _credential_refused(request: CrmRequest, reason: str) -> None:
    origin = origin_of(request)
    if may_record(f"credential:{origin.address}", reason):
        security_event("credential.refused", Severity.LOW, origin, reason=reason, path=request.path[:200])


def _denied(request: CrmRequest, actor: Actor, refusal: CrmError) -> None:
    match = request.resolver_match
    route = f"{request.method} {match.route if match else request.path}"
    if may_record(f"denied:{actor.id}", route):
        security_event(
            "access.denied",
            Severity.LOW,
            actor.origin,
            person_id=actor.id,
            person_label=actor.label,
            team_id=actor.home_team_id,
            path=f"{request.method} {request.path}"[:200],
            reason=refusal.message[:200],
            credential=actor.credential,
            through=actor.on_behalf_of[:100],
        )


def may_record(who: str, what: str) -> bool:
    """Counted in the cache: where it is down, everything is recorded."""
    digest = hashlib.sha256(what.encode(errors="replace")).hexdigest()[:32]
    if not cache.add(f"refusal:{who}:{digest}", 1, QUIET_SECONDS):
        return False
    counter = f"refusals:{who}"
    cache.add(counter, 0, WINDOW_SECONDS)
    try:
        return cache.incr(counter) <= MOST
    except ValueError:  # expired in between
        return True
