"""Is this code right, now, and for the first time? Asked under a lock, so that parallel tries stand in a line.

TOTP is RFC 6238 with the window it recommends, one step (30 s) to either side; the counter of the last accepted code
is kept with the seed, and nothing at or before it is accepted again (section 5.2).
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import transaction
from django.utils import timezone

from accounts.models import CodeFailure, User
from crm.core import encryption

PERIOD = 30
WINDOW = (0, -1, 1)
# So many wrong codes within such a time, per person and from wherever, and no code is looked at any more. A right
# code does not reset the count, or an attacker would ride on the owner's sign-ins.
LIMITS = ((5, timedelta(minutes=5)), (20, timedelta(hours=1)), (50, timedelta(days=1)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`factor` is what the code belongs to; without one the code was wrong, or `limited`: not looked at.

    `exhausted`: this wrong code was the last that was looked at.
    """

    factor: Authenticator | None = None
    limited: bool = False
    exhausted: bool = False


@transaction.atomic
def check_code(user: User, code: str, at: float | None = None) -> Verdict:
    """Uses the code up. `at` is Unix time. A wrong one is counted, also when the caller refuses afterwards."""
    person = locked(user)
    moment = time.time() if at is None else at
    now = datetime.fromtimestamp(moment, timezone.get_default_timezone())
    if _is_limited(person, now):
        return Verdict(limited=True)
    for factor in Authenticator.objects.filter(user=person).exclude(type=Authenticator.Type.WEBAUTHN):
        if _accepts(factor, code, moment):
            factor.refresh_from_db(fields=["data"])
            factor.user = user
            return Verdict(factor)
    CodeFailure.objects.filter(user=person, at__lt=now - LIMITS[-1][1]).delete()
    CodeFailure.objects.create(user=person, at=now)
    return Verdict(exhausted=_is_limited(person, now))


def locked(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def matching_counter(secret: str, code: str, at: float, after: int = 0) -> int | None:
    """The time step that `code` belongs to, later than `after` and within the window."""
    now = int(at) // PERIOD
    steps = (now + step for step in WINDOW if now + step > after)
    return next((step for step in steps if compare_user_code(actual=code, expected=totp(secret, step))), None)


def totp(secret: str, counter: int) -> str:
    return str(format_hotp_value(hotp_value(secret, counter)))


def _accepts(factor: Authenticator, code: str, at: float) -> bool:
    if factor.type == Authenticator.Type.RECOVERY_CODES:
        return bool(factor.wrap().validate_code(code))
    secret = encryption.decrypt(factor.data["secret"])
    counter = matching_counter(secret, code, at, after=factor.data.get("last_counter", 0))
    if counter is None:
        return False
    factor.data["last_counter"] = counter
    factor.save(update_fields=["data"])
    return True


def _is_limited(user: User, now: datetime) -> bool:
    failures = CodeFailure.objects.filter(user=user)
    return any(failures.filter(at__gt=now - span).count() >= most for most, span in LIMITS)
