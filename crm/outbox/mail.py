"""Mail as the rest of the house sends it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from crm.core.ids import uuid7
from crm.outbox.mail_kinds import MailKind
from crm.outbox.mail_writing import Written, write
from crm.outbox.models import Delivery, Priority
from crm.outbox.services import enqueue
from crm.outbox.transports import MAIL
from crm.outbox.unsubscribing import headers_for


def send(
    kind: MailKind,
    to: str,
    *,
    key_of_delivery: str = "",
    priority: Priority | None = None,
    not_before: datetime | None = None,
    **values: object,
) -> Delivery:
    """A mail of this kind, in the outbox of the caller's transaction; `values` are its variables, as plain text.

    What opens something goes first. Without a `key_of_delivery` every call is a mail of its own; it does not leave
    `not_before` then. Raises KeyError for a variable that was forgotten.
    """
    said = {name: "" if value is None else str(value) for name, value in values.items()}
    return enqueue_written(
        to,
        write(kind, said, to=to),
        key=key_of_delivery or f"{kind.name}:{uuid7()}",
        priority=priority if priority is not None else Priority.HIGH if kind.opens else Priority.NORMAL,
        sensitive=kind.opens,
        topic=kind.name,
        transactional=kind.is_transactional,
        not_before=not_before,
    )


def enqueue_written(to: str, mail: Written, **options: Any) -> Delivery:
    return enqueue_mail(to, mail.subject, mail.text, html=mail.html, **options)


def enqueue_mail(
    to: str,
    subject: str,
    text: str,
    *,
    key: str,
    html: str = "",
    headers: dict[str, str] | None = None,
    priority: Priority = Priority.NORMAL,
    sensitive: bool = False,
    topic: str = "",
    transactional: bool = True,
    team_id: UUID | None = None,
    sent_by_id: UUID | None = None,
    not_before: datetime | None = None,
) -> Delivery:
    """Leaves once the transaction is kept, and not before the moment given. `sensitive` for what opens a door (links):
    it is stored encrypted.

    The subject is stored readably in either case. News (not `transactional`) carries the headers of a one-click
    unsubscription (RFC 8058).
    """
    line = " ".join(subject.split())
    named = {**(headers or {}), **({} if transactional else headers_for(to))}
    payload = {"to": to, "subject": line, "text": text, "html": html, "headers": named}
    return enqueue(
        MAIL,
        payload,
        key=key,
        priority=priority,
        sensitive=sensitive,
        recipient=to,
        subject=line,
        topic=topic[:40],
        is_transactional=transactional,
        team_id=team_id,
        sent_by_id=sent_by_id,
        **({"next_attempt_at": not_before} if not_before else {}),
    )
