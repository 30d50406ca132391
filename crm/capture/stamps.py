"""When a form was shown, signed: sent back at once it was a program, sent back days later it is asked for again."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

from crm.capture.models import LeadSource

SALT = "crm.capture.stamp"
SOONEST = timedelta(seconds=2)
LATEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Stamp:
    """`nonce` is one visit: the same through all corrections."""

    at: int
    nonce: str

    def is_too_soon(self, now: datetime) -> bool:
        return now.timestamp() - self.at < SOONEST.total_seconds()

    def is_too_late(self, now: datetime) -> bool:
        return now.timestamp() - self.at > LATEST.total_seconds()


def new_stamp(now: datetime, nonce: str = "", ago: timedelta = timedelta()) -> Stamp:
    """`ago` back: who is asked to send again may do so at once."""
    return Stamp(int((now - ago).timestamp()), nonce or secrets.token_urlsafe(16))


def written(source: LeadSource, stamp: Stamp) -> str:
    return signing.dumps([source.token, stamp.at, stamp.nonce], salt=SALT)


def read(source: LeadSource, text: str) -> Stamp | None:
    """None for what is not ours, or another form's."""
    try:
        token, at, nonce = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Stamp(at, nonce) if token == source.token else None
