"""What our middleware adds to a request, in types."""

from typing import Any

from django.http import HttpRequest

from crm.core.actor import Actor, Origin
from crm.core.errors import BadRequest, CrmError
from crm.core.limits import Verdict


class CrmRequest(HttpRequest):
    """`credential_error` says why a presented token or key was not accepted; the actor is then anonymous.

    `rate_verdict` is the limit that the answer's headers tell, `guess` the one on passwords, where one was sent.
    `api_key` is the row of the key that was accepted, if one was. `refusal` is what the answer refuses with.
    `is_unattended`: a script of the page sent it while perhaps nobody was there, so that it keeps no session alive.
    """

    actor: Actor
    trace_id: str
    credential_error: CrmError | None
    rate_verdict: Verdict | None
    guess: Verdict | None
    api_key: Any
    refusal: CrmError
    is_unattended: bool


def origin_of(request: HttpRequest | None) -> Origin:
    """Where a request came from; REMOTE_ADDR is the client's, see crm.core.trusted_proxy."""
    if request is None:
        return Origin()
    agent = request.headers.get("User-Agent", "")[:255]
    return Origin(request.META.get("REMOTE_ADDR", ""), agent, getattr(request, "trace_id", ""))


def version_in(request: HttpRequest) -> int | None:
    """Of the record as the page had it, from the form or (an undo) the address. Raises BadRequest for no number."""
    text = request.GET.get("version") or request.POST.get("version") or ""
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(code="invalid_parameter")
    return int(text) if text else None
