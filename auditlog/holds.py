"""Legal holds: what is under one outlives its retention."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from auditlog import writes
from auditlog.models import LegalHold
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked, save_changes
from crm.core.errors import Conflict


@transaction.atomic
def hold_set(actor: Actor, *, object_type: str, object_id: str, reason: str, object_label: str = "") -> LegalHold:
    """Keeps every event about one record. Raises Forbidden, Invalid, Conflict (`already_exists`)."""
    values: dict[str, Any] = {"object_type": object_type, "object_id": object_id, "reason": reason}
    return writes.create(actor, LegalHold(), {**values, "object_label": object_label})


@transaction.atomic
def hold_release(actor: Actor, pk: UUID | str, version: int | None = None) -> LegalHold:
    """What it kept goes with the next purge. Raises NotFound, Forbidden, Conflict (`already_released`)."""
    hold = fetch_locked(LegalHold, actor, "write", pk, version)
    if hold.released_at:
        raise Conflict("The hold was released before.", code="already_released")
    hold.released_at = timezone.now()
    save_changes(hold, {"released_at"})
    record(actor, "legal_holds.released", hold)
    return hold
