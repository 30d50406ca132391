"""Proof that mail comes through: one is sent to the mailbox on purpose, and counts once the pull finds it there."""

import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.intake.models import Mailbox, Outcome
from crm.intake.raw import Mail
from crm.intake.returning import deliveries_named
from crm.intake.verdicts import Verdict
from crm.outbox.mail import enqueue_mail
from crm.outbox.models import Delivery

HEADER = "X-Vouch-Probe"
TOPIC = "mailbox_probe"
EVERY = timedelta(hours=8)


@transaction.atomic
def send_probe(mailbox: Mailbox, at: datetime | None = None) -> Delivery:
    """The last one counts: what was sent before proves nothing any more."""
    mailbox.probe, mailbox.probed_at = secrets.token_urlsafe(32), at or timezone.now()
    Mailbox.objects.filter(pk=mailbox.pk).update(
        probe=mailbox.probe, probed_at=mailbox.probed_at, next_pull_at=None, failures=0
    )
    text = _("Sent to prove that mail to this mailbox comes through. It can be deleted; nobody has to answer.")
    return enqueue_mail(
        mailbox.address,
        _("Proof of the way to this mailbox"),
        text,
        key=f"{TOPIC}:{mailbox.probe}",
        headers={HEADER: mailbox.probe, "Auto-Submitted": "auto-generated"},
        topic=TOPIC,
    )


def probe_in(mailbox: Mailbox, mail: Mail) -> Verdict | None:
    """None for what is no probe. Believed with the token that this mailbox waits for alone."""
    token = mail.line(HEADER)
    if not token:
        return None
    expected = Mailbox.objects.get(pk=mailbox.pk)
    if not expected.probe or not hmac.compare_digest(token.encode(), expected.probe.encode()):
        late = any(one.topic == TOPIC for one in deliveries_named([mail.message_id]))
        return Verdict(Outcome.IGNORED if late else Outcome.UNPROVED, _("Not the proof that was waited for."))
    now = timezone.now()
    took = int((now - expected.probed_at).total_seconds())
    Mailbox.objects.filter(pk=mailbox.pk).update(probe="", proved_at=now, proof_seconds=max(took, 0))
    return Verdict(Outcome.PROBE, _("Came through after %(n)d seconds.") % {"n": took})


def probes_send(actor: Actor, at: datetime) -> str:
    """By the clock, to mailboxes of the house: into people's own nothing is sent unasked."""
    due = [one for one in Mailbox.objects.filter(is_active=True, person=None) if is_due(one, at)]
    for mailbox in due:
        send_probe(mailbox, at)
    return f"{len(due)} sent."


def is_due(mailbox: Mailbox, at: datetime) -> bool:
    return mailbox.probed_at is None or mailbox.probed_at <= at - EVERY


def proof_is_due_within() -> timedelta:
    return timedelta(hours=settings.MAILBOX_PROVED_WITHIN_HOURS)
