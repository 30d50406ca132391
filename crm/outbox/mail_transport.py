"""Mail by Django's backend, over one connection per thread and pass; what a server's answer means for the delivery."""

import smtplib
from threading import local
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from crm.outbox.errors import Deferred, NotDelivered, Refused, Unreachable
from crm.outbox.models import Delivery
from crm.outbox.suppressing import is_bounce, tell_bounced

CLOSING = 421

_thread = local()


def send_mail(delivery: Delivery, content: dict[str, Any]) -> None:
    """Raises Refused (5xx, an unusable message), Deferred (4xx), Unreachable (no server, or not on these terms)."""
    try:
        connection = _connection()
    except OSError as error:  # smtplib's errors are OSErrors, too
        raise Unreachable(f"The mail server cannot be used: {_words(error)}") from error
    try:
        message_of(delivery, content, connection).send()
    except Exception as error:
        close_connection()
        verdict, (_code, said) = judged(error), answer_of(error)
        if isinstance(verdict, Refused) and isinstance(error, smtplib.SMTPRecipientsRefused) and is_bounce(said):
            tell_bounced(content["to"], said)
        raise verdict from error


def message_of(delivery: Delivery, content: dict[str, Any], connection: Any) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        content["subject"],
        content["text"],
        to=[content["to"]],
        headers={**content.get("headers", {}), "Message-ID": message_id(delivery)},
        connection=connection,
    )
    if content.get("html"):
        message.attach_alternative(content["html"], "text/html")
    return message


def message_id(delivery: Delivery) -> str:
    """The same at every try, so that receivers can recognise a second copy."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return f"<{delivery.pk}@{domain}>"


def judged(error: Exception) -> NotDelivered:
    """A sender that is not accepted is our mistake and can be put right; it must not kill what waits."""
    code, _said = answer_of(error)
    words = f"The mail server did not take it: {_words(error)}"
    if isinstance(error, smtplib.SMTPSenderRefused) or 400 <= code < 500:
        return (Unreachable if code == CLOSING else Deferred)(words)
    if code or isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused(words)
    if isinstance(error, OSError):
        return Unreachable(words)
    if isinstance(error, ValueError):
        return Refused(f"The message cannot be written: {error}")
    return Deferred(words)


def answer_of(error: Exception) -> tuple[int, str]:
    """What the server said about the one recipient or the message; (0, "") if it said nothing."""
    code, said = 0, ""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))  # type: ignore[assignment]
    elif isinstance(error, smtplib.SMTPResponseException):
        code, said = error.smtp_code, error.smtp_error  # type: ignore[assignment]
    return code, said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def _words(error: Exception) -> str:
    code, said = answer_of(error)
    return f"{code} {said}" if code else f"{type(error).__name__}: {error}".rstrip(": ")


def _connection() -> Any:
    if getattr(_thread, "connection", None) is None:
        connection = get_connection()
        connection.open()
        _thread.connection = connection
    return _thread.connection


def close_connection() -> None:
    connection, _thread.connection = getattr(_thread, "connection", None), None
    if connection is not None:
        connection.close()
