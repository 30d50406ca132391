"""The queue of mails in the hands of an operator: try again, cancel, hold back, clean up; and mails sent by hand."""

from collections.abc import Collection
from datetime import timedelta
from html import escape
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.errors import Forbidden, NotFound, invalid_field
from crm.core.ids import uuid7
from crm.mailroom.errors import NotCancellable, NotRetryable
from crm.ops.purging import delete_in_batches
from crm.outbox.hints import hint_on_commit
from crm.outbox.mail import enqueue_written
from crm.outbox.mail_language import TemplateFault
from crm.outbox.mail_markup import check
from crm.outbox.mail_writing import framed
from crm.outbox.models import FINISHED, Delivery, Priority, QueuePause, State
from crm.outbox.transports import MAIL
from crm.outbox.unsubscribing import link_for

BY_HAND = "message"
LONGEST_TEXT, LONGEST_HTML, LONGEST_SUBJECT = 50_000, 100_000, 200
RETRYABLE = (State.PENDING, State.FAILED, State.SUPPRESSED, State.CANCELLED)
USUAL_DAYS = 30


@transaction.atomic
def delivery_retry(actor: Actor, pk: UUID | str) -> Delivery:
    """Due now, with three days of tries before it. Raises NotFound, Forbidden, Conflict (`delivery_not_retryable`)."""
    delivery = _locked(actor, pk, "write")
    emptied = delivery.is_sensitive and not delivery.secret
    if delivery.state not in RETRYABLE or emptied:
        raise NotRetryable("Its content was removed when it ended." if emptied else "")
    before, now = delivery.state, timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.PENDING, next_attempt_at=Now(), retried_at=now, finished_at=None, unfinished=0
    )
    record(actor, "deliveries.retried", delivery, {"state": (before, str(State.PENDING))})
    hint_on_commit(MAIL)
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def delivery_cancel(actor: Actor, pk: UUID | str) -> Delivery:
    """What waits is not sent, and what it holds of secrets goes. Raises NotFound, Forbidden, Conflict."""
    delivery = _locked(actor, pk, "write")
    waiting = Delivery.objects.filter(pk=delivery.pk, state=State.PENDING)
    if not waiting.update(state=State.CANCELLED, finished_at=Now(), secret=""):
        raise NotCancellable()
    record(actor, "deliveries.cancelled", delivery, {"state": (str(State.PENDING), str(State.CANCELLED))})
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def queue_pause(actor: Actor, *, reason: str = "") -> QueuePause:
    """No mail leaves until `queue_resume`, links to reset a password included. Twice is no fault. Raises Forbidden."""
    _ensure_may_manage(actor)
    values = {"by_label": actor.label[:255], "reason": reason.strip()[:255]}
    pause, is_new = QueuePause.objects.get_or_create(kind=MAIL, defaults=values)
    if is_new:
        record(actor, "mail_queue.paused", None, {"reason": (None, pause.reason)})
    return pause


@transaction.atomic
def queue_resume(actor: Actor) -> bool:
    """False where it was not paused. Raises Forbidden."""
    _ensure_may_manage(actor)
    if not QueuePause.objects.filter(kind=MAIL).delete()[0]:
        return False
    record(actor, "mail_queue.resumed", None)
    hint_on_commit(MAIL)
    return True


def paused() -> QueuePause | None:
    return QueuePause.objects.filter(kind=MAIL).first()


def deliveries_clean_up(
    actor: Actor, *, days: int = USUAL_DAYS, states: Collection[str] = tuple(map(str, FINISHED))
) -> int:
    """Removes mails that ended so many days ago, and answers how many. Raises Forbidden, Invalid."""
    _ensure_may_manage(actor)
    if unknown := sorted(set(states) - set(FINISHED)):
        raise invalid_field("states", f"{unknown[0]} is no end; {', '.join(FINISHED)} are.", "invalid_choice")
    if not 1 <= days <= 3650:
        raise invalid_field("days", "1 to 3650 days.", "out_of_bounds")
    over = Delivery.objects.filter(kind=MAIL, state__in=states, finished_at__lt=timezone.now() - timedelta(days=days))
    removed = delete_in_batches(over)
    record(actor, "mail_queue.cleaned_up", None, {"removed": (removed, 0), "days": (None, days)})
    return removed


@transaction.atomic
def mail_send(
    actor: Actor,
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    transactional: bool = False,
    priority: int = Priority.NORMAL,
) -> Delivery:
    """A mail by hand or by a program, in the house frame; without `html` it is made of the text.

    Not `transactional` it is news, with a way to unsubscribe. Raises Forbidden, Invalid.
    """
    _ensure_may(actor, "emails:manage" if transactional else "emails:write")
    _check_message(to, subject, text, html)
    no_more = "" if transactional else link_for(to)
    written = framed(" ".join(subject.split()), text, html or paragraphs(text), unsubscribe=no_more)
    delivery = enqueue_written(
        to.strip(),
        written,
        key=f"{BY_HAND}:{uuid7()}",
        topic=BY_HAND,
        transactional=transactional,
        priority=Priority(priority),
        team_id=actor.home_team_id,
        sent_by_id=actor.id,
    )
    record(actor, "deliveries.created", delivery, {"to": (None, to.strip()), "subject": (None, written.subject)})
    return delivery


def paragraphs(text: str) -> str:
    """Plain text as safe HTML: an empty line ends a paragraph."""
    blocks = (block.strip() for block in text.replace("\r\n", "\n").split("\n\n"))
    return "".join(f"<p>{escape(block).replace(chr(10), '<br>')}</p>" for block in blocks if block)


def _check_message(to: str, subject: str, text: str, html: str) -> None:
    try:
        validate_email(to.strip())
    except ValidationError:
        raise invalid_field("to", "This is no e-mail address.") from None
    for name, value, longest in (("subject", subject, LONGEST_SUBJECT), ("text", text, LONGEST_TEXT)):
        if not value.strip():
            raise invalid_field(name, "Say something.", "required")
        if len(value) > longest:
            raise invalid_field(name, f"At most {longest} characters.", "max_length")
    try:
        check(html[: LONGEST_HTML + 1], ())
    except TemplateFault as fault:
        raise invalid_field("html", str(fault), "template_fault") from None


def _locked(actor: Actor, pk: UUID | str, action: str) -> Delivery:
    """404 for what the actor cannot see, 403 for what they see and may not touch."""
    try:
        delivery: Delivery = Delivery.objects.for_actor(actor).select_for_update().get(pk=pk)
    except (Delivery.DoesNotExist, ValidationError, ValueError):
        raise NotFound() from None
    _ensure_may(actor, f"emails:{action}")
    if not Delivery.objects.for_actor(actor, action).filter(pk=pk).exists():
        raise Forbidden("Not allowed: this mail is beyond the reach of your role.")
    return delivery


def _ensure_may_manage(actor: Actor) -> None:
    _ensure_may(actor, "emails:manage")


def _ensure_may(actor: Actor, permission: str) -> None:
    verdict: Any = actor.may(permission)
    if not verdict:
        raise Forbidden(f"Not allowed: {verdict.reason}.")
