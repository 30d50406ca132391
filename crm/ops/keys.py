"""The keys of this installation and how old the newest of each ring is: after 90 days it is time for another."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from crm.ops.models import SeenKey

RINGS = ("SECRET_KEY", "SECRET_ENCRYPTION_KEY", "OAUTH2_ENCRYPTION_KEY", "API_KEY_PEPPER", "AUDIT_SIGNING_KEY")
LONGEST_LIFE = timedelta(days=90)


def ring(name: str) -> list[str]:
    """Newest first."""
    if name == "SECRET_KEY":
        return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return list(getattr(settings, name))


def fingerprint(key: str) -> str:
    """Tells keys apart; keys are long and random, so nothing can be found out from it."""
    return hashlib.sha256(f"vouch key fingerprint {key}".encode()).hexdigest()[:32]


def first_seen(at: datetime | None = None) -> dict[str, datetime]:
    """Ring → since when its newest key is known. One not seen before is noted now, which costs a statement once."""
    now = at or timezone.now()
    wanted = {name: fingerprint(ring(name)[0]) for name in RINGS}
    rows = SeenKey.objects.filter(ring__in=RINGS, fingerprint__in=wanted.values())
    known = {(row.ring, row.fingerprint): row.first_seen for row in rows}
    new = [SeenKey(ring=name, fingerprint=mark, first_seen=now) for name, mark in wanted.items()]
    new = [row for row in new if (row.ring, row.fingerprint) not in known]
    if new:
        SeenKey.objects.bulk_create(new, ignore_conflicts=True)
    return {name: known.get((name, mark), now) for name, mark in wanted.items()}


def ages(at: datetime | None = None) -> dict[str, timedelta]:
    """Ring → age of its newest key."""
    now = at or timezone.now()
    return {name: now - since for name, since in first_seen(now).items()}


def too_old(found: dict[str, timedelta]) -> list[str]:
    return [name for name, age in found.items() if age > LONGEST_LIFE]


def oldest_key_days(at: datetime | None = None) -> int | None:
    """Of the ring whose newest key is the oldest; None while the database does not answer."""
    try:
        return max(ages(at).values()).days
    except DatabaseError:
        return None
