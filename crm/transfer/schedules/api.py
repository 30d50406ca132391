"""Export schedules for programs."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.serializing import RecordSerializer
from crm.core.api.viewsets import EditableViewSet, expected_version
from crm.core.errors import invalid_field
from crm.transfer.schedules import services
from crm.transfer.schedules.filters import ScheduleFilters
from crm.transfer.schedules.models import ExportSchedule, RunState, ScheduledRun
from crm.transfer.schedules.words import runs_of


class ExportScheduleSerializer(RecordSerializer):
    """`weekdays` count from Monday, 0; `month_day` past the end of a month is its last day; `hour` is one of
    `time_zone`, the owner's own when it was saved."""

    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6), required=False)
    name = serializers.CharField(max_length=60, required=False, allow_blank=True)

    class Meta:
        model = ExportSchedule
        fields = (
            *("id", "version", "created_at", "updated_at", "owner", "template", "name", "every", "weekdays"),
            *("month_day", "hour", "time_zone", "destination", "state", "stopped_because", "next_run_at"),
        )
        read_only_fields = (
            *("id", "version", "created_at", "updated_at", "owner", "time_zone", "state", "stopped_because"),
            "next_run_at",
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {"template": {"required": True, "allow_null": False}}


class ScheduledRunSerializer(serializers.Serializer):
    """`slot` is the local day it was due; null for one that somebody asked for."""

    id = serializers.UUIDField()
    slot = serializers.DateField(allow_null=True)
    export = serializers.UUIDField(source="export_id", allow_null=True)
    status = serializers.ChoiceField(source="state", choices=RunState.choices)
    file_name = serializers.CharField()
    result = serializers.CharField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ExportScheduleViewSet(EditableViewSet):
    """One's own. Each run is an export with its owner's rights at that moment; `runs` says how they went."""

    resource = "exports"
    queryset = ExportSchedule.objects.all()
    serializer_class = ExportScheduleSerializer
    filterset_class = ScheduleFilters
    create_service = services.export_schedule_create
    extra_permissions: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("destroy", "run", "pause", "resume"), "exports:write"),
        "runs": "exports:read",
    }
    parameters: ClassVar[dict[str, set[str]]] = {
        **EditableViewSet.parameters,
        **{name: set() for name in ("run", "pause", "resume", "runs")},
    }

    @staticmethod
    def update_service(actor: Any, pk: Any, version: int | None = None, **values: Any) -> ExportSchedule:
        if values.get("name") == "":
            raise invalid_field("name", "Give it a name.", "required")
        return services.export_schedule_update(actor, pk, version=version, **values)

    def destroy(self, request: Request, pk: str) -> Response:
        services.export_schedule_delete(self.actor, pk, expected_version(request))
        return Response(status=204)

    @extend_schema(request=None, responses={201: ScheduledRunSerializer})
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: str) -> Response:
        return Response(_shown(services.export_schedule_run_now(self.actor, pk)), 201)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        return self.answer(services.export_schedule_pause(self.actor, pk))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        return self.answer(services.export_schedule_resume(self.actor, pk))

    @extend_schema(responses=ScheduledRunSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def runs(self, request: Request, pk: str) -> Response:
        """The newest twenty."""
        return Response([_shown(run) for run in runs_of(self.get_object())])


def _shown(run: ScheduledRun) -> dict[str, Any]:
    shown: dict[str, Any] = ScheduledRunSerializer(run).data
    return shown
