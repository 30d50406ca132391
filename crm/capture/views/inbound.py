"""Where programs post leads, signed as the Standard Webhooks specification says."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models.functions import Now
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from crm.capture.actors import actor_of
from crm.capture.doors import Door, source_at, within_limits
from crm.capture.errors import BadSignature, MissingSignature, NotJson, OldSignature
from crm.capture.models import Kind, LeadSource, State, Submission
from crm.capture.reading import raw_of_json, read_values
from crm.capture.receiving import Entry, submission_receive
from crm.core.access import public
from crm.core.errors import CrmError, TooLarge
from crm.core.limits import RateLimited, limited
from crm.core.requests import CrmRequest, origin_of
from crm.webhooks.signing import is_in_time, is_signed, signing_secrets

DOOR = Door(Kind.WEBHOOK, largest=262_144, of_address="600/min", of_source="1200/min")
SIGNATURE = ("webhook-id", "webhook-timestamp", "webhook-signature")
LONGEST_ID = 255


@public("the signature over each request is the proof that the sender has the endpoint's secret")
@limited("600/min")
@method_decorator(csrf_exempt, name="dispatch")
class InboundWebhook(View):
    """200 for what became a lead, 202 for what is kept and waits for a person; the same for a repeated id."""

    def post(self, request: CrmRequest, token: str) -> HttpResponse:
        source = source_at(token, Kind.WEBHOOK)
        try:
            entry = entry_of(request, source, timezone.now())
        except CrmError as refusal:
            noted = LeadSource.objects.filter(pk=source.pk)
            noted.update(last_refusal=refusal.code, last_refused_at=Now())
            raise
        kept, _is_new = submission_receive(actor_of(source, origin_of(request)), source, entry)
        return answered(kept)


def entry_of(request: CrmRequest, source: LeadSource, at: datetime) -> Entry:
    """Raises RateLimited, TooLarge, Unauthenticated, NotJson; in this order, so that strangers cost little."""
    verdict = within_limits(request, source, DOOR)
    if not verdict.allowed:
        raise RateLimited(verdict)
    DOOR.ensure_small(request)
    body = request.body
    if len(body) > DOOR.largest:
        raise TooLarge()
    id = _verified(request, source, body, at)
    content = _parsed(body)
    return Entry(body.decode(), read_values(source, raw_of_json(source, content)), key=id)


def _verified(request: CrmRequest, source: LeadSource, body: bytes, at: datetime) -> str:
    """The id that the sender gave. Raises Unauthenticated."""
    headers = {name: request.headers.get(name, "") for name in SIGNATURE}
    if not all(headers.values()) or len(headers["webhook-id"]) > LONGEST_ID:
        raise MissingSignature()
    if not is_in_time(headers["webhook-timestamp"], at):
        raise OldSignature()
    if not is_signed(headers, body, signing_secrets(source, at)):
        raise BadSignature()
    return headers["webhook-id"]


def _parsed(body: bytes) -> dict[str, Any]:
    """Raises NotJson."""
    try:
        content = json.loads(body.decode(), parse_float=Decimal, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise NotJson() from None
    if not isinstance(content, dict):
        raise NotJson()
    return content


def _refused(word: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(word)


def answered(kept: Submission) -> HttpResponse:
    waits = kept.state in (State.REFUSED, State.BOT)
    said = {"id": str(kept.pk), "state": kept.state, "reasons": kept.reasons if waits else []}
    return JsonResponse(said, status=202 if waits else 200, headers={"Cache-Control": "no-store"})
