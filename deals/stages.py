"""Pure rules of stages: where a deal starts, and what a deal becomes on entering a stage."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.core.errors import invalid_field
from deals.models import Deal, Pipeline, Stage
from deals.models.choices import DealStatus, ForecastCategory

FORECAST_OF_CLOSED = {DealStatus.WON: ForecastCategory.CLOSED, DealStatus.LOST: ForecastCategory.OMITTED}


def place(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with pipeline and stage: a stage implies its pipeline, a pipeline its first stage, nothing the default.

    Raises Invalid where there is nothing to start in.
    """
    stage = values.get("stage") or first_stage(values.get("pipeline"))
    return {**values, "stage": stage, "pipeline": values.get("pipeline") or stage.pipeline}


def first_stage(pipeline: Pipeline | None = None) -> Stage:
    """Of the default pipeline where none is named."""
    stages = Stage.objects.select_related("pipeline")
    stages = stages.filter(pipeline=pipeline) if pipeline else stages.filter(pipeline__is_default=True)
    stage = stages.order_by("position", "id").first()
    if stage is None:
        raise invalid_field("stage", "There is no stage to start in.", "required")
    return stage


def entering(deal: Deal, stage: Stage, at: datetime, lost_reason: str = "") -> dict[str, Any]:
    """What changes on a deal that enters `stage`: status and the moment it closed follow, and so does the forecast."""
    changes: dict[str, Any] = {"stage": stage, "pipeline_id": stage.pipeline_id, "stage_changed_at": at}
    changes["lost_reason"] = lost_reason if stage.status == DealStatus.LOST else ""
    if stage.status != deal.status:
        is_open = stage.status == DealStatus.OPEN
        changes |= {"status": stage.status, "closed_at": None if is_open else at}
        changes["forecast_category"] = FORECAST_OF_CLOSED.get(stage.status, ForecastCategory.PIPELINE)  # type: ignore[call-overload]
    return changes
