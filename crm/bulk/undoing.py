"""Takes an act back, field by field; what somebody changed since is left alone and told."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from auditlog.services import record
from crm.bulk.models import BulkItem, BulkRun, BulkState, ItemState
from crm.bulk.running import Work, work_of
from crm.core.actor import Actor
from crm.core.bulk import update_many
from crm.core.custom_fields.definitions import remembered
from crm.transfer.leasing import LEASE, leased
from crm.transfer.models import ConflictKind
from crm.transfer.restoring import Undoing

CHUNK = 200


@dataclass(slots=True)
class BulkUndoing(Undoing):
    """Notes with each record why it was left."""

    items: Mapping[UUID, BulkItem] = field(default_factory=dict)

    def leave(self, kind: ConflictKind, label: str, pk: Any, text: str = "", **more: Any) -> None:
        item = self.items[pk]
        item.state, item.code = ItemState.CONFLICT, str(kind)
        fields = [name.removesuffix("_id").replace("_", " ") for name in more.get("details", ())]
        item.reason = f"{kind.label}: {', '.join(sorted(fields))}" if fields else str(kind.label)


def undo_step(actor: Actor, run: BulkRun, seconds: float = 2.0) -> BulkRun:
    """Goes on for about so long. Raises Busy, WrongState, Forbidden."""
    until, work = time.monotonic() + seconds, work_of(actor, run, trace=f"undo-{run.pk}")
    with leased(run, BulkState.UNDOING) as lease:
        while not _chunk(work, lease) and time.monotonic() < until:
            pass
    run.refresh_from_db()
    return run


@transaction.atomic
def _chunk(work: Work, lease: UUID) -> bool:
    current = work.run.take_over(lease)
    items = list(current.items.filter(state=ItemState.DONE)[:CHUNK])
    if not items:
        end = {"state": BulkState.UNDONE, "lease": None, "leased_until": None}
        BulkRun.objects.filter(pk=current.pk).update(**end)
        told = {"undone": (None, current.undone_count), "left_alone": (None, current.conflict_count)}
        record(work.actor, "bulk_changes.undone", current, told)
        return True
    for item in items:
        item.run, item.model, item.state = current, work.kind.model._meta.label_lower, ItemState.UNDONE
    with remembered():
        by_record = {item.record_id: item for item in items}
        work.act.undo(BulkUndoing(current, work.actor, action=_right(work), items=by_record), items)
    update_many(BulkItem, items, ("state", "code", "reason"))
    states = Counter(item.state for item in items)
    BulkRun.objects.filter(pk=current.pk).update(
        undone_count=F("undone_count") + states[ItemState.UNDONE],
        conflict_count=F("conflict_count") + states[ItemState.CONFLICT],
        leased_until=timezone.now() + LEASE,
        attempts=0,
    )
    return False


def _right(work: Work) -> str:
    """Who gave records away may take them back, though they are no longer their own."""
    return "assign" if set(work.values) == {"owner"} else work.act.permission
