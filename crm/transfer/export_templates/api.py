"""Export templates for programs."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.serializing import RecordSerializer
from crm.core.api.viewsets import EditableViewSet, expected_version
from crm.transfer.export_templates import services
from crm.transfer.export_templates.filters import TemplateFilters
from crm.transfer.export_templates.models import ExportTemplate


class ExportTemplateSerializer(RecordSerializer):
    """`filters` are parameters of the resource's list and go before those of the saved view `view`."""

    filters = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=4_000), required=False)
    view = serializers.UUIDField(source="view_id", required=False, allow_null=True)
    columns = serializers.ListField(child=serializers.CharField(max_length=100), required=False, allow_empty=False)
    format = serializers.CharField(max_length=10, required=False)

    class Meta:
        model = ExportTemplate
        fields = (
            *("id", "version", "created_at", "updated_at", "owner", "team", "name", "resource", "format"),
            *("filters", "view", "columns"),
        )
        read_only_fields = ("id", "version", "created_at", "updated_at", "owner")


class ExportTemplateViewSet(EditableViewSet):
    """One's own, and those that a team shares. Whoever runs one gets what they may export themselves."""

    resource = "exports"
    queryset = ExportTemplate.objects.all()
    serializer_class = ExportTemplateSerializer
    filterset_class = TemplateFilters
    extra_permissions: ClassVar[dict[str, str]] = {"destroy": "exports:write"}

    @staticmethod
    def create_service(actor: Any, **values: Any) -> ExportTemplate:
        return services.export_template_create(actor, **_named(values))

    @staticmethod
    def update_service(actor: Any, pk: Any, version: int | None = None, **values: Any) -> ExportTemplate:
        return services.export_template_update(actor, pk, version=version, **_named(values))

    def destroy(self, request: Request, pk: str) -> Response:
        services.export_template_delete(self.actor, pk, expected_version(request))
        return Response(status=204)


def _named(values: dict[str, Any]) -> dict[str, Any]:
    return {("view" if name == "view_id" else name): value for name, value in values.items()}
