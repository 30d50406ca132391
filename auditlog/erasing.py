"""Erases the personal data of events; each erasure is an event of its own, and the trail still verifies."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from auditlog.models import AuditEvent
from auditlog.proof import PERSONAL, REDACTED
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.errors import Conflict

BLANK = {"salt": b"", **dict.fromkeys(PERSONAL, "")}


@transaction.atomic
def erase(actor: Actor, ids: Iterable[Any], reason: str) -> int:
    """Blanks label, address, agent and changes of these events, and says so in the trail. Answers how many.

    Without the salt nobody can guess what stood behind the commitment. Raises Conflict (`not_sealed_yet`) for
    events of the last minute: what was never sealed could be erased unseen.
    """
    events = list(AuditEvent.objects.select_for_update().filter(pk__in=list(ids), erased_at__isnull=True))
    if any(event.seal_id is None for event in events):
        raise Conflict("Some of these events are not sealed yet; ask again in a minute.", code="not_sealed_yet")
    for event in events:
        event.object_label = ""  # what is erased must not come back in the event that tells of it
        record(actor, REDACTED, event, {"reason": (None, reason)})
    AuditEvent.objects.filter(pk__in=[event.pk for event in events]).update(erased_at=timezone.now(), **BLANK)
    return len(events)
