"""Reading what arrived: from where the last pull came to, each message once, whoever pulls and however it ended."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone

from crm.core.actor import Actor
from crm.intake.imap import Folder, NotReached, opened
from crm.intake.judging import judge
from crm.intake.models import Mailbox, Outcome, Received
from crm.intake.raw import Mail, NotReadable, read
from crm.intake.verdicts import Verdict
from crm.ops.purging import delete_in_batches

BEFORE = timedelta(days=7)  # that the mailbox was named here: what is older is not read
KEPT = timedelta(days=90)  # of what was looked at; what is older is not looked at again
MOST = 200  # messages of one mailbox in one pull
SECONDS = timedelta(seconds=40)
LONGEST_REST = timedelta(hours=1)

log = structlog.get_logger("vouch.intake")


def mailboxes_pull(actor: Actor, at: datetime) -> str:
    """What is due. A mailbox that cannot be reached is left for longer and longer, and keeps none waiting."""
    due = Mailbox.objects.filter(Q(next_pull_at__isnull=True) | Q(next_pull_at__lte=at), is_active=True)
    until, told = timezone.now() + SECONDS, []
    for mailbox in due.order_by(F("pulled_at").asc(nulls_first=True)):
        if timezone.now() >= until:
            break
        told.append(f"{mailbox.address}: {pull(mailbox, until)}")
    return "; ".join(told) or "No mailbox is due."


def pull(mailbox: Mailbox, until: datetime | None = None) -> str:
    """Answers in words how many messages were new, or why there was no looking; never raises what a server does."""
    try:
        with opened(mailbox) as folder:
            new = _read_on(mailbox, folder, until or timezone.now() + SECONDS)
    except NotReached as failure:
        _note_failure(mailbox, str(failure))
        return str(failure)
    _note(mailbox, pulled_at=timezone.now(), last_error="", failures=0, next_pull_at=None)
    return f"{new} new"


def _read_on(mailbox: Mailbox, folder: Folder, until: datetime) -> int:
    if folder.validity != mailbox.uid_validity:
        _note(mailbox, uid_validity=folder.validity, last_uid=0)
    new = 0
    since = max(mailbox.created_at - BEFORE, timezone.now() - KEPT + BEFORE)
    for uid in folder.numbers(mailbox.last_uid, since.date())[:MOST]:
        if timezone.now() >= until:
            break
        found = folder.message(uid)
        new += bool(found and take_in(mailbox, uid, *found))
        _move_on(mailbox, uid)
    return new


def purge_received(at: datetime) -> int:
    return delete_in_batches(Received.objects.filter(at__lt=at - KEPT))


def _move_on(mailbox: Mailbox, uid: int) -> None:
    """Never back, and never by the numbers of another time."""
    rows = Mailbox.objects.filter(pk=mailbox.pk, uid_validity=mailbox.uid_validity, last_uid__lt=uid)
    rows.update(last_uid=uid)


def take_in(mailbox: Mailbox, uid: int, raw: bytes, size: int) -> bool:
    """False for what was taken in before."""
    try:
        mail = read(raw, cut=size > len(raw))
    except NotReadable as fault:
        return _note_unreadable(mailbox, uid, raw, size, str(fault))
    with transaction.atomic():
        row = first_time(Received(mailbox=mailbox, key=mail.key, uid=uid, size=size))
        if row is None:
            return False
        verdict = _judged(mailbox, mail)
        Received.objects.filter(pk=row.pk).update(outcome=verdict.outcome, why=verdict.why[:300])
        Mailbox.objects.filter(pk=mailbox.pk).update(message_at=timezone.now())
    return True


def first_time(row: Received) -> Received | None:
    """The row is the lock: a second pull waits here until the first is through, and then finds it taken."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None
    return row


def _judged(mailbox: Mailbox, mail: Mail) -> Verdict:
    """What fails with one message says so at it, and the next one is read; a database that is away ends the pull."""
    try:
        with transaction.atomic():
            return judge(mailbox, mail)
    except OperationalError:
        raise
    except Exception as failure:
        log.exception("message_failed", mailbox=str(mailbox.pk))
        return Verdict(Outcome.FAILED, f"{type(failure).__name__}: {failure}")


def _note_unreadable(mailbox: Mailbox, uid: int, raw: bytes, size: int, why: str) -> bool:
    key = f"uid:{mailbox.uid_validity}:{uid}"
    row = Received(mailbox=mailbox, key=key, uid=uid, size=size, outcome=Outcome.UNREADABLE, why=why[:300])
    with transaction.atomic():
        return first_time(row) is not None


def _note_failure(mailbox: Mailbox, why: str) -> None:
    rest = min(timedelta(minutes=2 ** min(mailbox.failures, 10)), LONGEST_REST)
    _note(mailbox, last_error=why, failures=mailbox.failures + 1, next_pull_at=timezone.now() + rest)
    log.warning("mailbox_not_reached", mailbox=str(mailbox.pk), why=why)


def _note(mailbox: Mailbox, **values: Any) -> None:
    """Without a new version: nobody's edit becomes stale because mail arrived."""
    Mailbox.objects.filter(pk=mailbox.pk).update(**values)
    for name, value in values.items():
        setattr(mailbox, name, value)
