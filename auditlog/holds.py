"""Legal holds: what is under one outlives its retention, and is neither deleted nor erased."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from auditlog import writes
from auditlog.models import AuditEvent, LegalHold
from auditlog.services import record
from auditlog.wording import audited_models
from crm.core.actor import Actor
from crm.core.changes import fetch_locked, save_changes
from crm.core.errors import Conflict, Forbidden, invalid_field
from crm.core.permissions import Reach


@transaction.atomic
def hold_set(actor: Actor, *, object_type: str, object_id: str, reason: str, object_label: str = "") -> LegalHold:
    """Keeps one record, which may be gone, and every event about it. Raises Forbidden, Invalid, Conflict
    (`already_exists`)."""
    if actor.reach(LegalHold.permission_to("write")) is not Reach.ALL:
        raise Forbidden("A legal hold is the house's; only who answers for every team places one.")
    label = object_label or label_of(object_type, object_id)
    if not label:
        raise invalid_field("object_id", "There is no such record, and the trail knows of none.", "unknown_reference")
    values = {"object_type": object_type, "object_id": object_id, "reason": reason, "object_label": label[:255]}
    return writes.create(actor, LegalHold(placed_by=actor.label[:255]), values)


@transaction.atomic
def hold_release(actor: Actor, pk: UUID | str, *, reason: str, version: int | None = None) -> LegalHold:
    """What it kept goes with the next purge. Raises NotFound, Forbidden, Stale, Invalid, Conflict
    (`already_released`)."""
    hold = fetch_locked(LegalHold, actor, "write", pk, version)
    if hold.released_at:
        raise Conflict("The hold was released before.", code="already_released")
    if not reason.strip():
        raise invalid_field("reason", "Say why nobody needs it any more.", "required")
    hold.released_at, hold.released_by, hold.release_reason = timezone.now(), actor.label[:255], reason.strip()[:255]
    save_changes(hold, {"released_at", "released_by", "release_reason"})
    record(actor, "legal_holds.released", hold, {"release_reason": ("", hold.release_reason)})
    return hold


def held(object_type: str) -> list[str]:
    """Ids of the records of this kind that must not go now."""
    active = LegalHold.objects.filter(released_at__isnull=True, object_type=object_type)
    return list(active.values_list("object_id", flat=True))


def label_of(object_type: str, object_id: str) -> str:
    """What a record is called, or was by the trail; nothing for what never was."""
    model = audited_models().get(object_type)
    if model is None:
        return ""
    try:
        row = model._base_manager.filter(pk=object_id).first()
    except (ValidationError, ValueError):
        return ""
    if row is not None:
        return str(row)
    events = AuditEvent.objects.filter(object_type=object_type, object_id=object_id)
    last = events.order_by("-at").values_list("object_label", flat=True).first()
    return "" if last is None else last or f"{object_type} {object_id}"
