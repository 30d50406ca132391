"""Carries an act out, a few records a transaction: what became of each, and how to take it back, is kept with them."""

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from auditlog.services import record
from crm.bulk.acts import Act, Kind, Values, kind_named
from crm.bulk.models import BulkItem, BulkRun, BulkState, ItemState
from crm.bulk.selecting import matching
from crm.bulk.values import thawed
from crm.core.actor import Actor, Origin
from crm.core.bulk import update_many
from crm.core.custom_fields.definitions import remembered
from crm.core.errors import CrmError, Forbidden
from crm.transfer.journal import State
from crm.transfer.leasing import LEASE, leased

CHUNK = 50
# What may be gone when the others were handled: a customer below goes before the one above it.
LATER = ("has_children",)
NO_LONGER = ("no_longer_matches", "It no longer matches what was selected.")
WRITTEN = ("state", "label", "code", "reason", "changes", "made")


@dataclass(frozen=True, slots=True)
class Work:
    """An act with what it needs, as the actor is now."""

    actor: Actor
    run: BulkRun
    kind: Kind
    act: Act
    values: Values


def bulk_step(actor: Actor, run: BulkRun, seconds: float = 2.0) -> BulkRun:
    """Goes on for about so long. Raises Busy, WrongState; Forbidden, Invalid where nothing of it is possible now."""
    until, work = time.monotonic() + seconds, work_of(actor, run)
    with leased(run, BulkState.RUNNING) as lease:
        while not _chunk(work, lease) and time.monotonic() < until:
            pass
    run.refresh_from_db()
    return run


def work_of(actor: Actor, run: BulkRun, trace: str = "") -> Work:
    """Its events carry the run's trace, so that all its writes can be found."""
    kind = kind_named(run.resource)
    act = kind.act(run.action)
    ensure_may_act(actor, kind, act)
    tracing = replace(actor, origin=Origin(actor.origin.address, actor.origin.agent, trace or run.trace_of_run))
    return Work(tracing, run, kind, act, thawed(actor, kind, act, run.values))


def ensure_may_act(actor: Actor, kind: Kind, act: Act) -> None:
    for permission in (f"{kind.resource}:read", f"{kind.resource}:{act.permission}"):
        verdict = actor.may(permission)
        if not verdict:
            raise Forbidden(f"Not allowed: {verdict.reason}.")  # type: ignore[union-attr]


@transaction.atomic
def _chunk(work: Work, lease: UUID) -> bool:
    """True when it came to its end."""
    current = work.run.take_over(lease)
    items = list(current.items.filter(state=ItemState.WAITING)[:CHUNK])
    if not items:
        return _is_over(work, current)
    with remembered():
        _handle(work, items)
    update_many(BulkItem, items, WRITTEN)
    states = Counter(item.state for item in items)
    BulkRun.objects.filter(pk=current.pk).update(
        done_count=F("done_count") + states[ItemState.DONE],
        unchanged_count=F("unchanged_count") + states[ItemState.UNCHANGED],
        stayed_count=F("stayed_count") + states[ItemState.STAYED],
        leased_until=timezone.now() + LEASE,
        attempts=0,
    )
    return False


def _is_over(work: Work, current: BulkRun) -> bool:
    """Those that others stood in the way of are tried once more for as long as that leads on."""
    again = current.items.filter(state=ItemState.STAYED, code__in=LATER)
    if current.done_count > current.settled_count and (count := again.update(state=ItemState.WAITING)):
        left = current.stayed_count - count
        BulkRun.objects.filter(pk=current.pk).update(stayed_count=left, settled_count=current.done_count)
        return False
    end = {"state": BulkState.FINISHED, "finished_at": timezone.now(), "lease": None, "leased_until": None}
    BulkRun.objects.filter(pk=current.pk).update(**end)
    record(work.actor, "bulk_changes.finished", current, counts_of(current))
    return True


def counts_of(run: BulkRun) -> dict[str, tuple[Any, Any]]:
    return {name: (None, getattr(run, f"{name}_count")) for name in ("done", "unchanged", "stayed")}


def _handle(work: Work, items: Sequence[BulkItem]) -> None:
    pks = [item.record_id for item in items]
    before, rows = _states(work, pks), _made(work, pks)
    seen = {one.pk: one for one in work.kind.model.objects.for_actor(work.actor).filter(pk__in=pks)}
    fitting = _fitting(work, pks)
    for item in items:
        item.label = str(seen[item.record_id])[:255] if item.record_id in seen else ""
        is_out = item.record_id in seen and item.record_id not in fitting
        item.code, item.reason = NO_LONGER if is_out else _carried_out(work, item.record_id)
    after, new_rows = _states(work, pks, lock=False), _made(work, pks)
    for item in items:
        _settle(work, item, before.get(item.record_id, {}), after.get(item.record_id))
        if made := new_rows[item.record_id] - rows[item.record_id]:
            item.made = {work.act.makes[0]._meta.label_lower: sorted(made)}  # type: ignore[index]


def _fitting(work: Work, pks: Sequence[UUID]) -> set[UUID]:
    """What still matches; of what was ticked, all."""
    if work.run.filters is None:
        return set(pks)
    rows = matching(work.actor, work.kind, work.run.filters).filter(pk__in=pks)
    return set(rows.order_by().values_list("pk", flat=True))


def _carried_out(work: Work, pk: UUID) -> tuple[str, str]:
    """("", "") or why not, in a savepoint of its own."""
    try:
        with transaction.atomic():
            work.act.carry_out(work.actor, pk, dict(work.values))
    except CrmError as refusal:
        told = refusal.details[0] if refusal.details else {"code": refusal.code, "message": refusal.message}
        return told["code"][:40], told["message"]
    return "", ""


def _settle(work: Work, item: BulkItem, before: State, after: State | None) -> None:
    if item.code:
        item.state = ItemState.STAYED
    elif after is None:
        item.state = ItemState.DONE
    else:
        item.changes = {name: [before.get(name), after[name]] for name in after if before.get(name) != after[name]}
        item.state = ItemState.DONE if item.changes else ItemState.UNCHANGED


def _states(work: Work, pks: Sequence[UUID], lock: bool = True) -> dict[UUID, State]:
    """Nobody else writes between the two looks, so that what differs is the act's own doing."""
    rows = work.kind.model._base_manager.filter(pk__in=pks).order_by("pk")
    return work.act.states(work.values, list(rows.select_for_update(of=("self",)) if lock else rows))


def _made(work: Work, pks: Sequence[UUID]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    if work.act.makes:
        model, path = work.act.makes
        for owner, pk in model._base_manager.filter(**{f"{path}__in": pks}).values_list(path, "pk"):
            found[owner].add(str(pk))
    return found
