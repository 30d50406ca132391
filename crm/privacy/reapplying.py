"""Erases again whoever a restored copy brought back; what the database had forgotten, its tombstones know."""

from django.db import transaction

from auditlog.sealing import seal_pending
from auditlog.services import record
from crm.core.actor import Actor
from crm.privacy.erasing import erase_subjects
from crm.privacy.models import Erasure
from crm.privacy.subjects import KINDS
from crm.privacy.tombstones import back_again


def erasures_reapply(actor: Actor, hashes: set[str]) -> list[Erasure]:
    """One erasure for each record that is back. Answers them; an empty list when nobody is."""
    found = [(kind, pk) for kind, pk in back_again(hashes)]
    done = [one for kind, pk in found if (one := _again(actor, kind, pk)) is not None]
    record(actor, "privacy.reapplied", None, {"records": (None, len(done))})
    return done


def _again(actor: Actor, kind: str, pk: object) -> Erasure | None:
    seal_pending()
    with transaction.atomic():
        subject = KINDS[kind].objects.select_for_update(of=("self",)).filter(pk=pk).first()
        if subject is None or subject.is_erased:
            return None
        if kind == "user":
            # A copy may show somebody at work who has left and was erased since.
            subject.is_active = False
            subject.save(update_fields=["is_active"])
        return erase_subjects(actor, [subject], None)
