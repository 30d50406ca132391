"""Writes to pipelines and stages: the company's settings, so each needs `settings:write`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from auditlog import writes
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked
from crm.core.errors import invalid_field
from deals.errors import DefaultPipeline, StillInUse
from deals.models import Deal, Pipeline, Stage


@transaction.atomic
def pipeline_create(actor: Actor, **values: Any) -> Pipeline:
    """It comes last unless `position` says otherwise. Raises Forbidden, Invalid, Conflict."""
    pipeline = Pipeline(position=_next_position(Pipeline.objects.all()))
    _ensure_settings(actor, pipeline)
    if values.get("is_default"):
        _no_other_default(actor, pipeline)
    return writes.create(actor, pipeline, values)


@transaction.atomic
def pipeline_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Pipeline:
    """Making one the default takes that from the other. Raises NotFound, Forbidden, Stale, Invalid, Conflict."""
    pipeline = fetch_locked(Pipeline, actor, "write", pk, version)
    if values.get("is_default") is False and pipeline.is_default:
        raise DefaultPipeline()
    if values.get("is_default"):
        _no_other_default(actor, pipeline)
    writes.apply(actor, pipeline, values)
    return pipeline


@transaction.atomic
def pipeline_delete(actor: Actor, pk: UUID | str, version: int | None = None) -> None:
    """With its stages. Raises Conflict (`has_children`) while a deal is in it, (`default_pipeline`) for the default."""
    pipeline = fetch_locked(Pipeline, actor, "write", pk, version)
    if pipeline.is_default:
        raise DefaultPipeline()
    if Deal.objects.filter(pipeline=pipeline).exists():
        raise StillInUse()
    for stage in pipeline.stages.all():
        writes.delete(Stage, actor, stage.pk)
    writes.delete(Pipeline, actor, pk)


@transaction.atomic
def pipelines_reorder(actor: Actor, order: Sequence[UUID | str]) -> list[Pipeline]:
    """`order` names each pipeline once. Raises Forbidden, Invalid."""
    ensure_may(actor, "settings:write", Pipeline())
    return _reorder(actor, list(Pipeline.objects.select_for_update()), order, "pipelines")


@transaction.atomic
def stage_create(actor: Actor, **values: Any) -> Stage:
    """It comes last in its pipeline unless `position` says otherwise. Raises Forbidden, Invalid, Conflict."""
    stage = Stage()
    _ensure_settings(actor, stage)
    pipeline = values.get("pipeline")
    if pipeline is not None:
        stage.position = _next_position(pipeline.stages)
    return writes.create(actor, stage, values)


@transaction.atomic
def stage_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Stage:
    """A stage with deals keeps its pipeline and status. Raises NotFound, Forbidden, Stale, Invalid, Conflict."""
    stage = fetch_locked(Stage, actor, "write", pk, version)
    pipeline, status = values.get("pipeline", stage.pipeline), values.get("status", stage.status)
    if (pipeline.pk, status) != (stage.pipeline_id, stage.status) and stage.deals.exists():
        raise StillInUse()
    writes.apply(actor, stage, values)
    return stage


@transaction.atomic
def stage_delete(actor: Actor, pk: UUID | str, version: int | None = None) -> None:
    """Raises NotFound, Forbidden, Stale, Conflict (`has_children`) while deals are in it or came through it."""
    stage = fetch_locked(Stage, actor, "write", pk, version)
    if stage.deals.exists():
        raise StillInUse()
    writes.delete(Stage, actor, stage.pk)


@transaction.atomic
def stages_reorder(actor: Actor, pipeline_pk: UUID | str, order: Sequence[UUID | str]) -> list[Stage]:
    """`order` names each stage of the pipeline once. Raises NotFound, Forbidden, Invalid."""
    pipeline = fetch_locked(Pipeline, actor, "write", pipeline_pk)
    return _reorder(actor, list(pipeline.stages.select_for_update(of=("self",))), order, "stages")


def _reorder(actor: Actor, rows: list[Any], order: Sequence[UUID | str], field: str) -> list[Any]:
    by_id = {str(row.pk): row for row in rows}
    wanted = [str(pk) for pk in order]
    if sorted(wanted) != sorted(by_id):
        raise invalid_field(field, "Name each of them exactly once.", "incomplete_order")
    for position, pk in enumerate(wanted):
        writes.apply(actor, by_id[pk], {"position": position})
    return [by_id[pk] for pk in wanted]


def _no_other_default(actor: Actor, pipeline: Pipeline) -> None:
    for other in Pipeline.objects.select_for_update().filter(is_default=True).exclude(pk=pipeline.pk):
        writes.apply(actor, other, {"is_default": False})


def _ensure_settings(actor: Actor, new: Pipeline | Stage) -> None:
    ensure_may(actor, new.permission_to("write"), new)


def _next_position(rows: Any) -> int:
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1
