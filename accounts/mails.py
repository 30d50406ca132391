"""Mails of the accounts: a text and the same as simple HTML, from one pair of templates."""

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

log = structlog.get_logger("vouch.mail")


def send(to: str, subject: str, template: str, **context: object) -> bool:
    """`mail/<template>.txt` and `.html`. False, and a line in the log, when the mail server did not take it."""
    values = {**context, "subject": subject, "public_url": settings.PUBLIC_URL}
    message = EmailMultiAlternatives(
        " ".join(subject.split()), render_to_string(f"mail/{template}.txt", values), to=[to]
    )
    message.attach_alternative(render_to_string(f"mail/{template}.html", values), "text/html")
    try:
        return bool(message.send())
    except OSError as error:  # smtplib's errors are OSErrors, too
        log.error("mail_not_sent", template=template, error=type(error).__name__)
        return False
