"""EMAIL_URL → Django's mail settings: `console://`, `smtp://user:password@host:25`, `smtps://host:465`, `?tls=1`."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BACKENDS = {"console": "console", "smtp": "smtp", "smtps": "smtp", "memory": "locmem"}


def mail_settings(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in BACKENDS:
        raise ImproperlyConfigured("EMAIL_URL starts with console, smtp, smtps or memory")
    return {
        "EMAIL_BACKEND": f"django.core.mail.backends.{BACKENDS[parts.scheme]}.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": "tls" in parse_qs(parts.query),
        # Nobody waits for it, and giving up early on a slow server makes second copies.
        "EMAIL_TIMEOUT": 60,
    }
