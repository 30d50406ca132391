"""Signatures as in the Standard Webhooks specification 1.0 (standardwebhooks.com), and the secrets that make them."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

PREFIX, BYTES = "whsec_", 32
# How far a sender's clock may be from ours, either way.
TOLERANCE = timedelta(minutes=5)


class HasSecrets(Protocol):
    secret: str
    previous_secret: str
    previous_secret_until: Any


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def signing_secrets(webhook: HasSecrets, at: datetime) -> list[str]:
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


def is_in_time(stamp: str, at: datetime) -> bool:
    """Not longer ago than TOLERANCE, so that what was overheard cannot be sent again; False for no number."""
    seconds = int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) < 12 else 0
    return abs(at.timestamp() - seconds) <= TOLERANCE.total_seconds()


def is_signed(headers: Mapping[str, str], body: bytes, keys: Iterable[str]) -> bool:
    """By one of the keys; other versions of signatures are passed over, as the specification says."""
    id, stamp = headers["webhook-id"], headers["webhook-timestamp"]
    given = [one.removeprefix("v1,").encode() for one in headers["webhook-signature"].split() if one.startswith("v1,")]
    made = [_signature(key, id, stamp, body).encode() for key in keys]
    return any(hmac.compare_digest(one, other) for one in given for other in made)


def _signature(secret: str, id: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, f"{id}.{stamp}.".encode() + body, hashlib.sha256)).decode()
