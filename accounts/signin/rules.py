"""The rules of the password door as plain functions: who is meant, how long to wait, when a password is not enough."""

import hashlib
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from accounts.models.doors import DIGEST

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Wrong passwords for one person from everywhere together, before strangers' addresses need a mailed link.
CHECKS_FROM_STRANGERS = ((HOUR, 20), (DAY, 100))
# Links mailed to one person; those already sent keep working.
LINKS = ((HOUR, 5), (DAY, 20))
# How long a network where the person signed in may go on asking for the password.
KNOWN_FOR = timedelta(days=30)
FREE_FAILURES = 2
LONGEST_DELAY = timedelta(seconds=60)
LONGEST_PERSON = 254


def person_of(credentials: Mapping[str, Any]) -> str:
    """Whoever `email`, `login` or `username` names, written in one way; empty where none is given.

    What is no address may be a password in the wrong field, so it is kept as a digest alone.
    """
    typed = next((str(credentials[name]) for name in ("email", "login", "username") if credentials.get(name)), "")
    person = unicodedata.normalize("NFKC", typed).strip().lower()
    if person and "@" not in person:
        return f"{DIGEST}{hashlib.sha256(person.encode(errors='replace')).hexdigest()}"
    return person[:LONGEST_PERSON]


def delay_after(failures: int) -> timedelta:
    """2, 4, 8 … seconds after the third, fourth, fifth failure; at most a minute."""
    if failures <= FREE_FAILURES:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - FREE_FAILURES, 10)), LONGEST_DELAY)


def seconds_until_allowed(times: list[float], limits: tuple[tuple[timedelta, int], ...], at: datetime) -> float:
    """0 where one more is within all limits of a sliding window, else the seconds until it will be."""
    now = at.timestamp()
    waits = [0.0]
    for window, most in limits:
        within = [one for one in times if one > now - window.total_seconds()]
        if len(within) >= most:
            waits.append(within[-most] + window.total_seconds() - now)
    return max(waits)


def of_the_last_day(times: list[float], at: datetime) -> list[float]:
    return [one for one in times if one > at.timestamp() - DAY.total_seconds()]
