"""The transport: one try of one delivery, noted with request and answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import local
from time import monotonic
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.actor import Actor, Denied
from crm.core.calling import Answer, Caller, NotReached
from crm.core.custom_fields.definitions import remembered
from crm.core.outgoing import AddressRefused
from crm.outbox.errors import Deferred, Postponed, Refused, Withheld
from crm.outbox.models import Delivery
from crm.webhooks.catalogue import TEST
from crm.webhooks.desk import Desk
from crm.webhooks.models import Webhook, WebhookTry
from crm.webhooks.payload import body_of
from crm.webhooks.signing import headers_for, signing_secrets
from crm.webhooks.standing import HOUSE, note_failure, note_success, webhook_stop
from crm.webhooks.verdicts import Verdict, verdict_on

CONTENT = {"content-type": "application/json", "user-agent": "Vouch-Webhooks/1", "accept-encoding": "identity"}

# Of a thread: its connections, and what its batch needs.
_own = local()


@dataclass(frozen=True, slots=True)
class Request:
    url: str
    headers: dict[str, str]
    body: bytes


def send_webhook(delivery: Delivery, content: dict[str, Any]) -> None:
    """Raises Withheld, Postponed, Refused, Deferred; never Unreachable, since other endpoints have their own way."""
    desk = _desk(delivery)
    webhook = desk.webhook_of(delivery)
    if webhook is None:
        raise Withheld("The webhook was deleted.")
    is_test = content["type"] == TEST
    _ensure_allowed(webhook, desk.actor_of(webhook), is_test)
    at = timezone.now()
    with remembered(desk.definitions):
        body = body_of(delivery, content, webhook, desk)
    verdict = _try(delivery, _request(delivery, body, webhook, at), at)
    if verdict.error or webhook.failures:
        desk.forget()
    _conclude(webhook, verdict, is_test)


def _conclude(webhook: Webhook, verdict: Verdict, is_test: bool) -> None:
    if not verdict.error:
        return note_success(webhook)
    if is_test:
        # Tried once, since somebody looks at it; a failure counts for nothing.
        raise Refused(verdict.error)
    wait = note_failure(webhook, verdict)
    if verdict.is_gone:
        raise Refused(verdict.error)
    raise Deferred(verdict.error, wait or verdict.rests)


def prepare_desk(deliveries: Sequence[Delivery]) -> None:
    _own.desk = Desk(deliveries)


def close_callers() -> None:
    """After each pass, so that no connection outlives what it was judged by."""
    if caller := getattr(_own, "caller", None):
        caller.close()


def _ensure_allowed(webhook: Webhook, actor: Actor, is_test: bool) -> None:
    """Raises Withheld for what is off or may no longer be, Postponed while it rests."""
    if not webhook.is_active and not is_test:
        raise Withheld(webhook.stopped_because or "The webhook is switched off.")
    verdict = actor.covers("webhooks:write", webhook)
    if isinstance(verdict, Denied):
        said = _("%(person)s, who saved it last, may no longer: %(why)s.")
        reason = said % {"person": actor.label, "why": verdict.reason}
        webhook_stop(HOUSE, webhook, reason)
        raise Withheld(reason)
    if webhook.resting_until and webhook.is_resting and not is_test:
        raise Postponed("Its endpoint cannot be reached, or asked to wait.", webhook.resting_until)


def _request(delivery: Delivery, body: bytes, webhook: Webhook, at: datetime) -> Request:
    signed = headers_for(str(delivery.pk), at, body, signing_secrets(webhook, at))
    return Request(webhook.url, {**CONTENT, **signed}, body)


def _try(delivery: Delivery, request: Request, at: datetime) -> Verdict:
    """However it ends, the log has it."""
    began, answer = monotonic(), None
    try:
        answer = _caller().post(request.url, request.body, request.headers)
        verdict = verdict_on(answer, at)
    except NotReached as error:
        verdict = Verdict(str(error), is_away=True)
    except AddressRefused as error:
        verdict = Verdict(f"It was not called: {error}", is_away=True)
    milliseconds = int((monotonic() - began) * 1000)
    delivery.at_end = partial(_note, delivery, request, answer, verdict, milliseconds, at)
    return verdict


def _note(
    delivery: Delivery, request: Request, answer: Answer | None, verdict: Verdict, milliseconds: int, at: datetime
) -> None:
    WebhookTry.objects.create(
        delivery=delivery,
        number=delivery.attempts,
        at=at,
        url=request.url,
        headers=request.headers,
        body=request.body.decode(),
        status=answer.status if answer else None,
        answer=_readable(answer.body) if answer else "",
        error=verdict.error,
        milliseconds=milliseconds,
    )


def _readable(body: bytes) -> str:
    """PostgreSQL's text has no NUL."""
    return body.decode(errors="replace").replace("\x00", "\ufffd")


def _caller() -> Caller:
    if not hasattr(_own, "caller"):
        _own.caller = Caller()
    return _own.caller  # type: ignore[no-any-return]


def _desk(delivery: Delivery) -> Desk:
    """That of the batch; one of its own for whoever sends without one."""
    if not hasattr(_own, "desk"):
        _own.desk = Desk([delivery])
    return _own.desk  # type: ignore[no-any-return]
