"""Who gets no mail: added by hand, by a server that knows no such mailbox, or by the person; taken off again."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from auditlog.services import last_words, record, snapshot
from crm.core.actor import Actor
from crm.core.errors import Conflict, Forbidden, NotFound, invalid_field
from crm.outbox.models import Suppression, SuppressionReason, normalised
from crm.outbox.models.suppressions import fingerprint_of

LONGEST_DETAIL = 500


@transaction.atomic
def suppression_add(
    actor: Actor, *, address: str, reason: str = SuppressionReason.MANUAL, detail: str = ""
) -> Suppression:
    """Raises Forbidden, Invalid, Conflict (`already_suppressed`)."""
    _ensure_may(actor, "emails:write")
    if reason not in SuppressionReason.values:
        raise invalid_field("reason", f"One of {', '.join(SuppressionReason.values)}.", "invalid_choice")
    try:
        validate_email(address.strip())
    except ValidationError:
        raise invalid_field("address", "This is no e-mail address.", "invalid") from None
    found = _suppress(actor, address, reason, detail)
    if found is None:
        raise Conflict("The address is suppressed already.", code="already_suppressed")
    return found


@transaction.atomic
def suppression_remove(actor: Actor, pk: UUID | str) -> None:
    """Who unsubscribed said no: the trail names who writes to them again. Raises NotFound, Forbidden."""
    _ensure_may(actor, "emails:manage")
    try:
        found = Suppression.objects.for_actor(actor).select_for_update().get(pk=pk)
    except (Suppression.DoesNotExist, ValidationError, ValueError):
        raise NotFound() from None
    record(actor, "suppressions.deleted", found, last_words(found))
    found.delete()


@transaction.atomic
def unsubscribed(address: str) -> bool:
    """By the link in a mail. False where the address got none already; a graver reason stays."""
    return _suppress(Actor.system("unsubscribe"), address, SuppressionReason.UNSUBSCRIBED, "") is not None


@transaction.atomic
def resubscribed(address: str) -> bool:
    """Takes back `unsubscribed`, and nothing else."""
    rows = Suppression.objects.select_for_update().filter(reason=SuppressionReason.UNSUBSCRIBED)
    found = rows.filter(fingerprint=fingerprint_of(address)).first()
    if found is None:
        return False
    record(Actor.system("unsubscribe"), "suppressions.deleted", found, last_words(found))
    found.delete()
    return True


@transaction.atomic
def bounced(address: str, said: str) -> None:
    """Told by the transport: a mailbox that does not exist is not tried again, by whatever mail."""
    _suppress(Actor.system("mail"), address, SuppressionReason.BOUNCE, said)


@transaction.atomic
def complained(address: str, said: str) -> None:
    """Told by the reader's provider: who calls our news spam gets none."""
    _suppress(Actor.system("mail"), address, SuppressionReason.COMPLAINT, said)


def _suppress(actor: Actor, address: str, reason: str, detail: str) -> Suppression | None:
    new = Suppression(
        fingerprint=fingerprint_of(address),
        address=normalised(address)[:320],
        reason=reason,
        detail=detail.strip()[:LONGEST_DETAIL],
        by_label=actor.label[:255],
    )
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError:
        _worsen(new)
        return None
    record(actor, "suppressions.created", new, snapshot(new))
    return new


def _worsen(new: Suppression) -> None:
    """A mailbox that is gone counts more than that somebody wanted no news."""
    softer = (SuppressionReason.UNSUBSCRIBED, SuppressionReason.COMPLAINT)
    if new.reason not in softer:
        rows = Suppression.objects.filter(fingerprint=new.fingerprint, reason__in=softer)
        rows.update(reason=new.reason, detail=new.detail, by_label=new.by_label)


def _ensure_may(actor: Actor, permission: str) -> None:
    verdict = actor.may(permission)
    if not verdict:
        raise Forbidden(f"Not allowed: {verdict.reason}.")  # type: ignore[union-attr]
