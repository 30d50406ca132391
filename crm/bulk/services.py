"""Every mutation of an act on many records: bulk_<action>(actor, …)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from auditlog.services import record
from crm.bulk.acts import kind_named
from crm.bulk.driving import BULK
from crm.bulk.errors import NothingToUndo
from crm.bulk.models import UNDO_KEPT, BulkItem, BulkRun, BulkState
from crm.bulk.running import bulk_step, counts_of, ensure_may_act
from crm.bulk.selecting import chosen_ids
from crm.bulk.undoing import undo_step
from crm.bulk.values import frozen, in_words, thawed
from crm.core.actor import Actor
from crm.core.bulk import insert_many
from crm.core.errors import Forbidden, NotFound
from crm.transfer.errors import WrongState
from crm.transfer.rights import rights_of

# So many are done while who asked waits, and for no longer than so many seconds.
AT_ONCE = 50
PATIENCE = 10.0

log = structlog.get_logger("vouch.bulk")


def bulk_order(
    actor: Actor,
    *,
    resource: str,
    action: str,
    values: Mapping[str, Any] | None = None,
    filters: Mapping[str, str] | None = None,
    ids: Sequence[Any] = (),
) -> BulkRun:
    """One act on `ids`, or on all that a list with `filters` shows; {} is the whole list.

    Few are done before this returns; it is done in the background else. Raises Invalid, Forbidden, BadRequest.
    """
    run = _ordered(actor, resource, action, dict(values or {}), filters, ids)
    if run.total <= AT_ONCE:
        bulk_step(actor, run, PATIENCE)
    return run


@transaction.atomic
def _ordered(
    actor: Actor,
    resource: str,
    action: str,
    values: dict[str, Any],
    filters: Mapping[str, str] | None,
    ids: Sequence[Any],
) -> BulkRun:
    if actor.id is None:
        raise Forbidden("Not allowed: only a person can change many records at once.")
    kind = kind_named(resource)
    act = kind.act(action)
    ensure_may_act(actor, kind, act)
    if action == "update":
        kind.ensure_settable(values)
    kept = frozen(values)
    about = in_words(kind, act, thawed(actor, kind, act, kept))
    found = chosen_ids(actor, kind, filters, ids)
    run = BulkRun(
        owner_id=actor.id, resource=resource, action=action, values=kept, about=about[:255], total=len(found),
        filters=None if filters is None else dict(filters), rights=rights_of(actor),
    )  # fmt: skip
    run.save(force_insert=True)
    insert_many(BulkItem, [BulkItem(run=run, record_id=pk) for pk in found])
    asked = {"act": about, "records": len(found), "filter": run.filters}
    record(actor, "bulk_changes.started", run, {name: (None, value) for name, value in asked.items()})
    if run.total > AT_ONCE:
        BULK.later(run)
    return run


@transaction.atomic
def bulk_cancel(actor: Actor, pk: UUID | str) -> BulkRun:
    """Stops it after the records in hand; what was changed stays, and can be undone. Raises NotFound, WrongState."""
    run = _own_locked(actor, pk)
    if run.state != BulkState.RUNNING:
        raise WrongState()
    run.state, run.finished_at = BulkState.CANCELLED, timezone.now()
    _save(run)
    record(actor, "bulk_changes.cancelled", run, counts_of(run))
    return run


def bulk_take_back(actor: Actor, pk: UUID | str) -> BulkRun:
    """For 30 days; what was changed since stays and is listed. Raises NotFound, NothingToUndo, Forbidden."""
    run = _undoing(actor, pk)
    if run.done_count <= AT_ONCE:
        undo_step(actor, run, PATIENCE)
    return run


@transaction.atomic
def _undoing(actor: Actor, pk: UUID | str) -> BulkRun:
    run = _own_locked(actor, pk)
    if run.undone_until is None:
        raise NothingToUndo()
    kind = kind_named(run.resource)
    ensure_may_act(actor, kind, kind.act(run.action))
    run.state, run.rights, run.fault, run.attempts = BulkState.UNDOING, rights_of(actor), "", 0
    _save(run)
    record(actor, "bulk_changes.undo_started", run)
    if run.done_count > AT_ONCE:
        BULK.later(run)
    return run


def _own_locked(actor: Actor, pk: UUID | str) -> BulkRun:
    try:
        return BulkRun.objects.for_actor(actor).select_for_update(of=("self",)).get(pk=pk)  # type: ignore[no-any-return]
    except (BulkRun.DoesNotExist, ValidationError, ValueError):
        raise NotFound() from None


def _save(run: BulkRun) -> None:
    run.lease, run.leased_until = None, None
    run.version, run.updated_at = run.version + 1, timezone.now()
    run.save()


def purge_bulk_runs(at: datetime) -> int:
    """After 30 days an act can no longer be undone, and what it changed is not kept beside the record."""
    old = BulkRun.objects.filter(created_at__lte=at - UNDO_KEPT).exclude(state__in=BulkState.moving())
    count = old.count()
    old.delete()
    return count
