"""Exports for programs: order one, ask until it is done, fetch the file."""

from typing import Any, ClassVar

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.viewsets import ReadOnlyRecordViewSet
from crm.transfer.exports import services
from crm.transfer.exports.filters import ExportFilters
from crm.transfer.exports.handing_out import attachment
from crm.transfer.exports.manifest import sealed_manifest
from crm.transfer.exports.models import Export
from crm.transfer.exports.selecting import filters_of_view
from crm.transfer.exports.serializers import ExportOrderSerializer, ExportSerializer


class ExportViewSet(ReadOnlyRecordViewSet):
    """201 where the file is ready at once, 202 where it is written behind: ask until `status` is done."""

    resource = "exports"
    queryset = Export.objects.all()
    serializer_class = ExportSerializer
    filterset_class = ExportFilters
    extra_permissions: ClassVar[dict[str, str]] = {
        "download": "exports:read",
        "manifest": "exports:read",
        "destroy": "exports:write",
    }
    parameters: ClassVar[dict[str, set[str]]] = {
        **ReadOnlyRecordViewSet.parameters,
        "download": set(),
        "manifest": set(),
    }

    @extend_schema(request=ExportOrderSerializer, responses={201: ExportSerializer, 202: ExportSerializer})
    def create(self, request: Request) -> Response:
        order = ExportOrderSerializer(data=request.data, context=self.get_serializer_context())
        order.is_valid(raise_exception=True)
        asked = dict(order.validated_data)
        if view := asked.pop("view", None):
            kept = filters_of_view(self.actor, asked["resource"], view)
            asked["filters"] = {**kept, **asked["filters"]}
        export = services.export_create(self.actor, **asked)
        return self.answer(export, 202 if export.is_open else 201)

    def destroy(self, request: Request, pk: str) -> Response:
        services.export_delete(self.actor, pk)
        return Response(status=204)

    @extend_schema(responses=OpenApiTypes.BINARY, filters=False)
    @action(detail=True, pagination_class=None)
    def download(self, request: Request, pk: str) -> HttpResponseBase:
        return attachment(services.export_download(self.actor, pk))

    @extend_schema(responses=OpenApiTypes.OBJECT, filters=False)
    @action(detail=True, pagination_class=None)
    def manifest(self, request: Request, pk: str) -> Response:
        """Rows, digest, filter, whose rights, what was left out; empty until it is done."""
        shown: dict[str, Any] = sealed_manifest(self.get_object())
        return Response(shown)
