"""When and from where somebody signed in, as the security trail has it."""

from accounts.models import User
from auditlog.models import SecurityEvent

SHOWN = 8


def last_sign_ins(person: User) -> list[SecurityEvent]:
    """Successful and refused sign-ins, newest first."""
    rows = SecurityEvent.objects.filter(person_id=person.pk, kind__startswith="login.")
    return list(rows.order_by("-at", "-id")[:SHOWN])
