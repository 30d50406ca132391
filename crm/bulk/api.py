"""Acts on many records for programs: ordered at `POST <resource>/bulk`, looked after at `bulk-jobs`."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import StreamingHttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.bulk import services
from crm.bulk.acts import kind_named
from crm.bulk.filters import BulkFilters
from crm.bulk.models import BulkRun, BulkState, ItemState
from crm.bulk.report import left_as_csv, row_of
from crm.bulk.serializers import BulkOrderSerializer, BulkRunSerializer
from crm.bulk.views import ACTING, csv_answer
from crm.core.access import Access
from crm.core.api.viewsets import ReadOnlyRecordViewSet
from crm.core.errors import invalid_field
from crm.core.selection import filters_of
from crm.lists.opening import params_of_view

ROWS_SHOWN = 500
ACTS = Access(permissions=ACTING)


def order_from(view: Any, request: Request) -> Response:
    """`POST <resource>/bulk` with an `action`: 201 when it is done already, 202 when it goes on in the background."""
    order = BulkOrderSerializer(data=request.data, context=view.get_serializer_context())
    order.is_valid(raise_exception=True)
    asked, resource = dict(order.validated_data), view.queryset.model.RESOURCE
    if pk := asked.pop("view", None):
        asked["filters"] = filters_of(params_of_view(view.actor, resource, pk).urlencode(), but=("ordering",))
    if asked["action"] == "update":
        kind_named(resource).ensure_settable(asked["values"])
        values = view.get_serializer(data=asked["values"], partial=True)
        values.is_valid(raise_exception=True)
        asked["values"] = values.validated_data
    run = services.bulk_order(view.actor, resource=resource, **asked)
    headers = {"Location": reverse("api:bulk-jobs-detail", args=[run.pk])}
    shown = BulkRunSerializer(context=view.get_serializer_context()).to_representation(run)
    return Response(shown, 202 if run.state in BulkState.moving() else 201, headers=headers)


class BulkRunViewSet(ReadOnlyRecordViewSet):
    """`status` is running until it is finished; `POST …/cancel` stops it, `POST …/undo` takes it back. One's own."""

    queryset = BulkRun.objects.all()
    serializer_class = BulkRunSerializer
    filterset_class = BulkFilters
    access = ACTS
    access_by_action: ClassVar[dict[str, Access]] = dict.fromkeys(
        ("list", "retrieve", "metadata", "cancel", "undo", "records", "report"), ACTS
    )
    parameters: ClassVar[dict[str, set[str]]] = {
        **ReadOnlyRecordViewSet.parameters,
        "cancel": set(),
        "undo": set(),
        "records": {"result", "after"},
        "report": set(),
    }

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self.answer(services.bulk_cancel(self.actor, pk))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        run = services.bulk_take_back(self.actor, pk)
        return self.answer(run, 202 if run.state in BulkState.moving() else 200)

    @extend_schema(
        responses=OpenApiTypes.OBJECT,
        filters=False,
        parameters=[OpenApiParameter("result", str, enum=ItemState.values), OpenApiParameter("after", str)],
    )
    @action(detail=True, pagination_class=None)
    def records(self, request: Request, pk: str) -> Response:
        """What became of each, 500 at a time; `?after=` an `item` goes on, `?result=` takes those alone."""
        params = request._request.GET
        items = self.get_object().items.all()
        if result := params.get("result"):
            if result not in ItemState.values:
                raise invalid_field("result", f"One of: {', '.join(ItemState.values)}.", "invalid_choice")
            items = items.filter(state=result)
        if after := params.get("after"):
            items = items.filter(pk__gt=_item(after))
        found = [{"item": str(item.pk), **row_of(item)} for item in items[:ROWS_SHOWN]]
        return Response({"results": found})

    @extend_schema(responses=OpenApiTypes.STR, filters=False)
    @action(detail=True, pagination_class=None)
    def report(self, request: Request, pk: str) -> StreamingHttpResponse:
        """CSV of those that stayed, or were not undone, and why."""
        run = self.get_object()
        return csv_answer(self.actor, run, left_as_csv(run))


def _item(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise invalid_field("after", "The `item` of a row.", "invalid") from None


RESOURCES = {"bulk-jobs": BulkRunViewSet}
