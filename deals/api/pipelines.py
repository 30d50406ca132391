"""Pipelines and stages: everybody who sees deals reads them, settings:write changes them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.viewsets import WritableViewSet
from deals import services
from deals.filters import PipelineFilters, StageFilters
from deals.models import Pipeline, Stage
from deals.serializers import OrderSerializer, PipelineSerializer, StageSerializer

SETTINGS = dict.fromkeys(("create", "partial_update", "destroy", "reorder"), "settings:write")


class PipelineViewSet(WritableViewSet):
    resource = "deals"
    queryset = Pipeline.objects.all()
    serializer_class = PipelineSerializer
    filterset_class = PipelineFilters
    extra_permissions = {**SETTINGS, "stages": "settings:write"}
    create_service = services.pipeline_create
    update_service = services.pipeline_update
    delete_service = services.pipeline_delete

    @extend_schema(request=OrderSerializer, responses=PipelineSerializer(many=True))
    @action(detail=False, methods=["post"])
    def reorder(self, request: Request) -> Response:
        return self._ordered(PipelineSerializer, services.pipelines_reorder(self.actor, _order(request)))

    @extend_schema(
        operation_id="pipelines_stages_reorder", request=OrderSerializer, responses=StageSerializer(many=True)
    )
    @action(detail=True, methods=["post"], url_path="reorder")
    def stages(self, request: Request, pk: str) -> Response:
        return self._ordered(StageSerializer, services.stages_reorder(self.actor, pk, _order(request)))

    def _ordered(self, serializer: Any, rows: list[Any]) -> Response:
        shown = [serializer(context={"request": self.request}).to_representation(row) for row in rows]
        return Response({"next": None, "previous": None, "results": shown})


class StageViewSet(WritableViewSet):
    resource = "deals"
    queryset = Stage.objects.all()
    serializer_class = StageSerializer
    filterset_class = StageFilters
    extra_permissions = SETTINGS
    create_service = services.stage_create
    update_service = services.stage_update
    delete_service = services.stage_delete


def _order(request: Request) -> list[Any]:
    body = OrderSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    return body.validated_data["order"]
