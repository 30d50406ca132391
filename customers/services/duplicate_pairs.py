"""What people decide about two records that may be one."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.canaries import reached
from crm.core.changes import ensure_may, save_changes
from crm.core.errors import Conflict, NotFound
from customers.matching.scanning import KINDS
from customers.models import DuplicatePair
from customers.models.duplicate_pair import PairState
from customers.models.merge import MergeKind


@transaction.atomic
def duplicate_dismiss(actor: Actor, pk: UUID | str) -> DuplicatePair:
    """Not a duplicate; no later search brings it up again. Raises NotFound, Forbidden, Conflict (`wrong_state`)."""
    return _decide(actor, pk, PairState.OPEN, PairState.DISMISSED)


@transaction.atomic
def duplicate_reopen(actor: Actor, pk: UUID | str) -> DuplicatePair:
    """Raises NotFound, Forbidden, Conflict (`wrong_state`)."""
    return _decide(actor, pk, PairState.DISMISSED, PairState.OPEN)


def pair_of(pair: DuplicatePair, actor: Actor, action: str = "read") -> list[Any]:
    """The two records, the older first; fewer where one is gone or out of reach."""
    rows = reached(KINDS[MergeKind(pair.kind)].objects, actor, action)
    return list(rows.filter(pk__in=[pair.left_id, pair.right_id]).order_by("created_at", "pk"))


def pairs_follow(actor: Actor, kind: str, loser: UUID, winner: UUID, is_merged: bool) -> None:
    """A merge, or its undo, decides about the pair."""
    ends = Q(left_id=min(loser, winner), right_id=max(loser, winner))
    before, after = (PairState.OPEN, PairState.MERGED) if is_merged else (PairState.MERGED, PairState.OPEN)
    DuplicatePair.objects.filter(ends, kind=kind, state=before).update(
        state=after, decided_by_id=actor.id if is_merged else None
    )


def _decide(actor: Actor, pk: UUID | str, before: PairState, after: PairState) -> DuplicatePair:
    try:
        pair = DuplicatePair.objects.for_actor(actor, "merge").select_for_update(of=("self",)).filter(pk=pk).first()
    except (ValueError, TypeError):
        pair = None
    records = pair_of(pair, actor) if pair else []
    if pair is None or len(records) < 2:
        raise NotFound()
    for one in records:
        ensure_may(actor, one.permission_to("merge"), one)
    if pair.state != before:
        raise Conflict("Somebody decided about these two before.", code="wrong_state")
    pair.state, pair.decided_by_id = after, actor.id if after == PairState.DISMISSED else None
    save_changes(pair, {"state", "decided_by"})
    verb = "dismissed" if after == PairState.DISMISSED else "reopened"
    record(actor, f"duplicates.{verb}", pair, {"state": (before, after)})
    return pair
