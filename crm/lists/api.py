"""Saved views for programs: `filters` are parameters of the list named by `resource`."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.access import Access
from crm.core.api.serializing import RecordSerializer
from crm.core.api.viewsets import EditableViewSet, expected_version
from crm.core.errors import invalid_field
from crm.lists import services
from crm.lists.filters import ViewFilters
from crm.lists.models import LISTS, SavedView
from crm.lists.views import ANY_LIST

READS = Access(permissions=ANY_LIST)
WRITES = Access(permissions=tuple(f"{name}:write" for name in LISTS))


class ViewSerializer(RecordSerializer):
    filters = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    columns = serializers.ListField(child=serializers.CharField(), required=False)

    class Meta:
        model = SavedView
        fields = (
            *("id", "version", "created_at", "updated_at", "resource", "name", "visibility", "team", "owner"),
            *("filters", "search", "ordering", "columns"),
        )
        read_only_fields = ("id", "version", "created_at", "updated_at", "owner")


class SavedViewViewSet(EditableViewSet):
    """Any permission to read a list opens it, any to write there lets a program keep views; each view asks for the one
    of its own list."""

    queryset = SavedView.objects.all()
    serializer_class = ViewSerializer
    filterset_class = ViewFilters
    access = READS
    access_by_action: ClassVar[dict[str, Access]] = {
        **dict.fromkeys(("list", "retrieve", "metadata"), READS),
        **dict.fromkeys(("create", "partial_update", "destroy", "restore"), WRITES),
    }
    create_service = services.view_create

    @staticmethod
    def update_service(actor: Any, pk: Any, version: int | None = None, **values: Any) -> SavedView:
        if "resource" in values:
            raise invalid_field("resource", "A view stays with its list.", "read_only")
        return services.view_update(actor, pk, version=version, **values)

    def destroy(self, request: Request, pk: str) -> Response:
        services.view_delete(self.actor, pk, version=expected_version(request))
        return Response(status=204)

    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        services.view_restore(self.actor, pk)
        return self.answer_again(pk)


RESOURCES = {"views": SavedViewViewSet}
