"""Erases the personal data of events; each erasure is an event of its own, and the trail still verifies."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from auditlog.models import AuditEvent, SecurityEvent
from auditlog.names import forget
from auditlog.proof import PERSONAL, REDACTED
from auditlog.services import Changes, record_many
from crm.core.actor import Actor
from crm.core.errors import Conflict

Residue = Callable[[AuditEvent], Changes]

BLANK = {"salt": b"", **dict.fromkeys(PERSONAL, "")}
BLANK_SECURITY = {"person_label": "", "address": "", "network": "", "agent": "", "details": "{}"}


def nothing(event: AuditEvent) -> Changes:
    return {}


@transaction.atomic
def erase(actor: Actor, ids: Iterable[Any], reason: str, residue: Residue = nothing) -> int:
    """Blanks label, address, agent and changes of these events, and says so in the trail. Answers how many.

    Without the salt nobody can guess what stood behind the commitment. `residue` says what of an event is nobody's
    personal data; it is kept in the event that tells of the erasure. Raises Conflict (`not_sealed_yet`) for events of
    the last minute: what was never sealed could be erased unseen.
    """
    events = list(AuditEvent.objects.select_for_update().filter(pk__in=list(ids), erased_at__isnull=True))
    if any(event.seal_id is None for event in events):
        raise Conflict("Some of these events are not sealed yet; ask again in a minute.", code="not_sealed_yet")
    kept = {event.pk: residue(event) for event in events}
    for event in events:
        event.object_label = ""  # what is erased must not come back in the event that tells of it
    record_many(actor, REDACTED, events, lambda event: {"reason": (None, reason), **kept[event.pk]})
    AuditEvent.objects.filter(pk__in=[event.pk for event in events]).update(erased_at=timezone.now(), **BLANK)
    forget(event.object_id for event in events)
    return len(events)


def erase_security(ids: Iterable[Any], at: datetime | None = None) -> int:
    """Blanks who, from where and the details of security events; what happened and when stays. Answers how many."""
    rows = SecurityEvent.objects.filter(pk__in=list(ids), erased_at__isnull=True)
    return rows.update(erased_at=at or timezone.now(), **BLANK_SECURITY)
