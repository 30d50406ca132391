"""Runs inside the scratch installation: mails enqueued, and mails sent by one worker."""

import gc
import os
import statistics
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from benchmarks.mail_sink import mail_server  # noqa: E402
from benchmarks.sink import sink  # noqa: E402
from benchmarks.webhook_work import timed  # noqa: E402
from crm.core.mail_settings import mail_settings  # noqa: E402
from crm.outbox.draining import drain  # noqa: E402
from crm.outbox.mail import enqueue_mail, send  # noqa: E402
from crm.outbox.mail_kinds import KINDS, MailKind  # noqa: E402
from crm.outbox.models import Delivery  # noqa: E402
from crm.outbox.services import enqueue_many  # noqa: E402
from crm.outbox.transports import MAIL  # noqa: E402

ENQUEUED, SENT = 2000, 4000
TURNS = 3


def main() -> None:
    scale = float(sys.argv[1])
    to_a_sink()
    enqueueing(max(100, round(ENQUEUED * scale)))
    sending(max(100, round(SENT * scale)))


def to_a_sink() -> None:
    """It is on this machine and knows no TLS, which production refuses to use."""
    for name, value in mail_settings(f"smtp://127.0.0.1:{sink(mail_server)}").items():
        setattr(settings, name, value)


def enqueueing(mails: int) -> None:
    """One a transaction, beside a transaction with one plain insert, in turns."""
    kind, written, bare = KINDS["assignment"], [], []
    for turn in range(TURNS):
        written.append(timed(lambda turn=turn: [_written(kind, turn, at) for at in range(mails // TURNS)]))
        bare.append(timed(lambda turn=turn: [_bare(turn, at) for at in range(mails // TURNS)]))
    each = mails // TURNS / 1000
    wall, cpu = (statistics.median(one[at] for one in written) / each for at in (0, 1))
    plain = statistics.median(one[0] for one in bare) / each
    print(
        f"a mail written by its template and enqueued: {wall:.2f} ms ({cpu:.2f} ms CPU); its insert alone {plain:.2f}"
    )
    forget()


def _written(kind: MailKind, turn: int, at: int) -> None:
    with transaction.atomic():
        send(kind, f"person{at}@example.com", key_of_delivery=f"bench:{turn}:{at}", **kind.samples)


def _bare(turn: int, at: int) -> None:
    with transaction.atomic():
        enqueue_mail(f"person{at}@example.com", "A line", "A text", key=f"bare:{turn}:{at}")


def sending(mails: int) -> None:
    """They stay, as what the page of the queue lists where nothing waits."""
    queue_up(mails)
    took, cpu = timed(drained)
    left = Delivery.objects.filter(kind=MAIL).exclude(state="sent").count()
    print(f"{mails:,} mails in {took:.1f} s by one worker: {mails / took:,.0f}/s, {1000 * cpu / mails:.2f} ms CPU each")
    print(f"{left} of them not sent")
    if left:
        sys.exit(1)


def drained() -> None:
    while drain(100, [MAIL]):
        pass


def queue_up(mails: int) -> None:
    """In batches, as campaigns and digests are."""
    for start in range(0, mails, 1000):
        with transaction.atomic():
            enqueue_many([_delivery(at) for at in range(start, min(start + 1000, mails))])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_delivery")
    gc.collect()


def _delivery(at: int) -> Delivery:
    to, html = f"person{at}@example.com", f"<p>{'A line of a mail as long as they are. ' * 40}</p>"
    row = Delivery(kind=MAIL, key=f"queued:{os.getpid()}:{at}", recipient=to, subject="A line", topic="bench")
    content: dict[str, Any] = {"to": to, "subject": "A line", "text": "A text " * 100, "html": html, "headers": {}}
    row.fill(content)
    return row


def forget() -> None:
    Delivery.objects.filter(kind=MAIL).delete()


if __name__ == "__main__":
    main()
