"""Signatures as in the Standard Webhooks specification 1.0 (standardwebhooks.com), and the secrets that make them."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from crm.webhooks.models import Webhook

PREFIX, BYTES = "whsec_", 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def signing_secrets(webhook: Webhook, at: datetime) -> list[str]:
    """The current one, and during a rotation the one before it."""
    is_rotating = webhook.previous_secret and webhook.previous_secret_until and at < webhook.previous_secret_until
    return [webhook.secret, *([webhook.previous_secret] if is_rotating else ())]


def headers_for(id: str, at: datetime, body: bytes, keys: Iterable[str]) -> dict[str, str]:
    """`at` is when it is sent: a receiver refuses what is older than a few minutes, so each try has its own."""
    stamp = str(int(at.timestamp()))
    return {
        "webhook-id": id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{_signature(key, id, stamp, body)}" for key in keys),
    }


def _signature(secret: str, id: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, f"{id}.{stamp}.".encode() + body, hashlib.sha256)).decode()
