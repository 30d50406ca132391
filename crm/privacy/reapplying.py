"""Erases again whoever a restored copy brought back; what the database had forgotten, its tombstones know."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from auditlog.sealing import seal_pending
from auditlog.services import record
from crm.core.actor import Actor
from crm.privacy.erasing import erase_subjects
from crm.privacy.models import Erasure
from crm.privacy.subjects import KINDS
from crm.privacy.tombstones import back_again, known_hashes, tombstone_of


def all_tombstones() -> Iterator[dict[str, Any]]:
    """Of every erasure, the oldest first."""
    for erasure in Erasure.objects.order_by("at", "id").iterator(chunk_size=500):
        yield tombstone_of(erasure)


def erase_again(actor: Actor, lines: Iterable[dict[str, Any]]) -> int:
    """After a restore: by these tombstones, and by those that the restored database has itself. Answers how many."""
    hashes = {one for line in lines for one in line["hashes"]}
    return len(erasures_reapply(actor, known_hashes() | hashes))


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
