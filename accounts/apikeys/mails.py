"""What the person behind a key is told by e-mail; a mail never holds a key."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import ApiKey

SUBJECTS = {
    "created": "A new API key: {key}",
    "rotated": "API key renewed: {key}",
    "revoked": "API key ended: {key}",
    "expiring": "API key expires soon: {key}",
}


def tell_owner(key: ApiKey, news: str, **context: Any) -> None:
    """`news` is one of SUBJECTS. Sent once the transaction is kept; a mail server that is down undoes nothing."""
    address = f"{settings.PUBLIC_URL}{reverse('accounts:api_keys_detail', kwargs={'pk': key.pk})}"
    values = {"key": key, "person": key.user, "address": address, "news": news, **context}
    text = render_to_string("accounts/mail/api_key.txt", values)
    subject, to = SUBJECTS[news].format(key=key), key.user.email

    def send() -> None:
        send_mail(subject, text, None, [to])

    transaction.on_commit(send, robust=True)
