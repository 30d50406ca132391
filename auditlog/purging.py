"""Removes the events of seals whose time is over; the seals stay, and the rest still verifies (AUDIT-3)."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from auditlog.models import AuditEvent, AuditSeal, LegalHold
from auditlog.names import forget
from auditlog.sealing import one_sealer_at_a_time
from auditlog.services import record
from auditlog.tallies import COUNTED, counted, take_away
from crm.core.actor import Actor

PURGED = "audit.purged"


def purge_events(actor: Actor, at: datetime | None = None) -> int:
    """Seal by seal, each in a transaction with the event that tells of it. Answers how many events went.

    A seal with an event under a legal hold stays whole, because half a tree proves nothing.
    """
    return sum(_purge(actor, seal) for seal in expired_seals(at or timezone.now()))


def purge_expired_events(at: datetime) -> int:
    """`purge_events` as a part of `manage.py purge_expired`."""
    return purge_events(Actor.system("retention"), at)


def expired_seals(at: datetime) -> Iterator[AuditSeal]:
    held = LegalHold.objects.filter(
        released_at__isnull=True, object_type=OuterRef("object_type"), object_id=OuterRef("object_id")
    )
    events = AuditEvent.objects.filter(seal=OuterRef("seq"))
    past = AuditSeal.objects.filter(Exists(events), until__lt=at)
    yield from past.exclude(Exists(events.filter(Exists(held)))).order_by("seq").iterator(chunk_size=500)


@transaction.atomic
def _purge(actor: Actor, seal: AuditSeal) -> int:
    events = AuditEvent.objects.filter(seal=seal.seq)
    one_sealer_at_a_time()
    take_away(counted(events.values_list(*COUNTED)))
    objects = set(events.exclude(object_label="").values_list("object_id", flat=True))
    count, _details = events.delete()
    forget(objects)
    record(actor, PURGED, seal, {"events": (count, 0)})
    return count
