"""Undoing a whole import: in the background, a chunk a transaction, the last one first; what has to stay is listed."""

import time
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor, Origin
from crm.core.bulk import insert_many
from crm.core.changes import fetch_locked
from crm.core.errors import Conflict
from crm.transfer.errors import WrongState
from crm.transfer.leasing import LEASE, leased
from crm.transfer.models import (
    UNDO_KEPT,
    ConflictChoice,
    ConflictKind,
    ImportChunk,
    ImportConflict,
    ImportedUpdate,
    ImportRun,
    ImportState,
)
from crm.transfer.restoring import Undoing, remove, restore


def undo_step(actor: Actor, run: ImportRun, seconds: float = 2.0) -> ImportRun:
    """Takes chunks back for about so long. Raises Busy while another step holds the lease, WrongState."""
    until, undoer = time.monotonic() + seconds, undoer_of(actor, run)
    with leased(run, ImportState.UNDOING) as lease:
        while not _undo_chunk(run, lease, undoer) and time.monotonic() < until:
            pass
    run.refresh_from_db()
    return run


def undoer_of(actor: Actor, run: ImportRun) -> Actor:
    """The same person, whose events can be found together."""
    return replace(actor.through("import"), origin=Origin(actor.origin.address, actor.origin.agent, f"undo-{run.pk}"))


@transaction.atomic
def _undo_chunk(run: ImportRun, lease: UUID, undoer: Actor) -> bool:
    """True when nothing is left. Raises Busy when the lease went to somebody else meanwhile."""
    current = run.take_over(lease)
    chunk = current.chunks.filter(undone_at__isnull=True).order_by("-id").first()
    if chunk is None:
        _finish(current, undoer)
        return True
    undoing = Undoing(current, undoer)
    restore(undoing, list(ImportedUpdate.objects.filter(chunk=chunk)))
    remove(undoing, chunk.created)
    insert_many(ImportConflict, undoing.conflicts)
    ImportChunk.objects.filter(pk=chunk.pk).update(undone_at=timezone.now())
    ImportRun.objects.filter(pk=run.pk).update(
        removed_count=F("removed_count") + undoing.removed,
        restored_count=F("restored_count") + undoing.restored,
        attempts=0,
        leased_until=timezone.now() + LEASE,
    )
    return False


def _finish(run: ImportRun, undoer: Actor) -> None:
    counts = {"removed": (None, run.removed_count), "restored": (None, run.restored_count)}
    left = run.conflicts.count()
    ImportRun.objects.filter(pk=run.pk).update(state=ImportState.UNDONE, lease=None, leased_until=None, attempts=0)
    record(undoer, "imports.undone", run, {**counts, "left_alone": (None, left)})


@transaction.atomic
def conflict_take_back(actor: Actor, pk: UUID | str) -> ImportConflict:
    """A person has seen what changed since and wants the state before the import all the same.

    Raises NotFound, Forbidden, WrongState, Conflict.
    """
    found = ImportConflict.objects.select_related("run", "update").filter(pk=pk).first()
    run = fetch_locked(ImportRun, actor, "write", found.run_id if found else pk)
    if found is None or run.state != ImportState.UNDONE or found.choice != ConflictChoice.OPEN:
        raise WrongState()
    undoing = Undoing(run, undoer_of(actor, run), is_forced=True)
    if found.update is not None:
        restore(undoing, [found.update])
    elif found.kind in (ConflictKind.EDITED, ConflictKind.USED):
        remove(undoing, [(found.model, [str(found.record_id)])])
    if undoing.conflicts or not (undoing.removed or undoing.restored):
        reason = undoing.conflicts[0].get_kind_display() if undoing.conflicts else found.get_kind_display()
        raise Conflict(f"It cannot be taken back: {reason}.", code="cannot_be_undone")
    found.choice = ConflictChoice.TAKEN_BACK
    found.save(update_fields=["choice"])
    ImportRun.objects.filter(pk=run.pk).update(
        removed_count=F("removed_count") + undoing.removed, restored_count=F("restored_count") + undoing.restored
    )
    return found


def forget_undoing(at: datetime) -> int:
    """After 30 days an import can no longer be undone, and what it changed is not kept beside the record."""
    old = ImportChunk.objects.filter(run__finished_at__lte=at - UNDO_KEPT)
    count = old.count()
    ImportConflict.objects.filter(run__finished_at__lte=at - UNDO_KEPT).delete()
    old.delete()
    return count
