"""Many deals to one stage: a few statements however many deals, their history and events included, and an undo."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from auditlog.services import record_many
from crm.core.actor import Actor
from crm.core.errors import NotFound
from customers.models import BulkChange
from deals.models import Deal, Stage, StageChange
from deals.stages import entering

MOVE = "move"
WRITTEN = ("stage", "pipeline", "status", "stage_changed_at", "closed_at", "lost_reason", "forecast_category")


@transaction.atomic
def deals_move(actor: Actor, pks: Iterable[Any], stage: Stage) -> BulkChange:
    """Those the actor may change and that are elsewhere; the rest stay."""
    rows = _locked(actor, pks).exclude(stage=stage)
    before = _move(actor, list(rows), stage)
    kept: dict[str, Any] = {"user_id": actor.id, "target": stage.pk, "before": before}
    return BulkChange.objects.create(model="deal", action=MOVE, **kept)


@transaction.atomic
def deals_move_undo(actor: Actor, model: type[Any], change: BulkChange) -> int:
    """Back to where each was, except where somebody moved it again since; answers how many."""
    groups = defaultdict(list)
    for deal in _locked(actor, change.before).filter(stage_id=change.target):
        groups[UUID(change.before[str(deal.pk)])].append(deal)
    stages = Stage.objects.in_bulk(list(groups))
    for pk, deals in groups.items():
        if pk not in stages:
            raise NotFound("A stage that deals came from is gone.")
        _move(actor, deals, stages[pk])
    return sum(map(len, groups.values()))


def _locked(actor: Actor, pks: Iterable[Any]) -> Any:
    rows = Deal.objects.for_actor(actor, "write").active().filter(pk__in=list(pks)).select_related("stage")
    return rows.select_for_update(of=("self",)).order_by("pk")


def _move(actor: Actor, deals: list[Deal], stage: Stage) -> dict[str, str]:
    """Answers {deal id: the stage it was in}."""
    at, came_from = timezone.now(), defaultdict(list)
    history = []
    for deal in deals:
        came_from[deal.stage].append(deal)
        history.append(_step(actor, deal, stage, at))
    before = {str(deal.pk): str(origin.pk) for origin, group in came_from.items() for deal in group}
    for deal in deals:
        for name, value in entering(deal, stage, at).items():
            setattr(deal, name, value)
        deal.version, deal.updated_at = deal.version + 1, at
    Deal.objects.bulk_update(deals, [*WRITTEN, "version", "updated_at"], batch_size=500)
    StageChange.objects.bulk_create(history, batch_size=1000)
    for origin, group in came_from.items():
        record_many(actor, "deals.moved", group, {"stage": (origin.name, stage.name)})
    return before


def _step(actor: Actor, deal: Deal, stage: Stage, at: Any) -> StageChange:
    return StageChange(
        deal=deal,
        from_stage_id=deal.stage_id,
        to_stage=stage,
        at=at,
        actor_id=actor.id,
        actor_label=actor.label[:255],
        amount=deal.amount,
    )
