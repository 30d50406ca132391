"""Writes to deals. A change of stage has one rule, whichever door it comes through."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.ownership import ensure_assignable
from auditlog import writes
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked, save_changes
from crm.core.errors import Conflict, Stale, from_validation_error, invalid_field
from deals.models import Deal, Stage, StageChange
from deals.stages import entering, first_stage, place


@transaction.atomic
def deal_create(actor: Actor, *, at: datetime | None = None, **values: Any) -> Deal:
    """Without pipeline or stage it starts in the default pipeline's first stage; without team in its customer's.

    Raises Invalid, Forbidden, Conflict.
    """
    at = at or timezone.now()
    values = _in_team_of_customer(place(values))
    deal = Deal(stage_changed_at=at)
    for name, value in entering(deal, values["stage"], at, values.get("lost_reason", "")).items():
        if name not in values:
            setattr(deal, name, value)
    writes.create(actor, deal, values)
    ensure_assignable(deal)
    _keep_history(actor, deal, None, at)
    return deal


@transaction.atomic
def deal_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Deal:
    """A `stage` (or a `pipeline` alone: its first stage) moves the deal as `deal_move` does.

    Raises NotFound, Forbidden, Stale, Invalid, Conflict.
    """
    deal = fetch_locked(Deal, actor, "write", pk, version)
    target = _target(deal, values.pop("stage", None), values.pop("pipeline", None))
    reason = values.pop("lost_reason", None) if target else None
    changes = writes.apply(actor, deal, values)
    if {"owner", "team"} & set(changes):
        ensure_assignable(deal)
    if target:
        _move(actor, deal, target, reason or "", timezone.now())
    return deal


@transaction.atomic
def deal_move(
    actor: Actor,
    pk: UUID | str,
    stage: Stage,
    version: int | None = None,
    lost_reason: str = "",
    at: datetime | None = None,
) -> Deal:
    """Raises NotFound, Forbidden, Stale, Invalid.

    To the stage it is in already, nothing happens, whichever version was known: RFC 9110, 13.1.1, lets a change that
    has been applied before succeed again.
    """
    deal = fetch_locked(Deal, actor, "write", pk)
    if deal.stage_id == stage.pk:
        return deal
    if version not in (None, deal.version):
        raise Stale()
    _move(actor, deal, stage, lost_reason, at or timezone.now())
    return deal


deal_archive = partial(writes.archive, Deal)
deal_restore = partial(writes.restore, Deal)
deal_delete = partial(writes.delete, Deal)


def _move(actor: Actor, deal: Deal, stage: Stage, lost_reason: str, at: datetime) -> None:
    if deal.is_archived:
        raise Conflict("The deal is archived. Restore it first.", code="archived")
    origin, before = deal.stage, deal.status
    changes = entering(deal, stage, at, _checked_reason(lost_reason))
    for name, value in changes.items():
        setattr(deal, name, value)
    save_changes(deal, changes)
    _keep_history(actor, deal, origin, at)
    told: dict[str, tuple[Any, Any]] = {"stage": (origin.name, stage.name)}
    if before != deal.status:
        told["status"] = (before, deal.status)
    if deal.lost_reason:
        told["lost_reason"] = (None, deal.lost_reason)
    record(actor, "deals.moved", deal, told)


def _checked_reason(text: str) -> str:
    try:
        return str(Deal._meta.get_field("lost_reason").clean(text, None))  # type: ignore[attr-defined]
    except ValidationError as error:
        raise from_validation_error(ValidationError({"lost_reason": error})) from None


def _keep_history(actor: Actor, deal: Deal, origin: Stage | None, at: datetime) -> None:
    StageChange.objects.create(
        deal=deal,
        from_stage=origin,
        to_stage=deal.stage,
        at=at,
        actor_id=actor.id,
        actor_label=actor.label[:255],
        amount=deal.amount,
    )


def _target(deal: Deal, stage: Stage | None, pipeline: Any) -> Stage | None:
    """Where a change of stage or pipeline leads, or None when it leads nowhere new."""
    if stage is None and pipeline is not None and pipeline.pk != deal.pipeline_id:
        stage = first_stage(pipeline)
    if stage is None or stage.pk == deal.stage_id:
        return None
    if pipeline is not None and stage.pipeline_id != pipeline.pk:
        raise invalid_field("stage", "The stage belongs to another pipeline.", "wrong_pipeline")
    return stage


def _in_team_of_customer(values: dict[str, Any]) -> dict[str, Any]:
    customer = values.get("customer")
    return {**values, "team": values.get("team") or customer.team} if customer else values
