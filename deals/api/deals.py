"""Deals, their move, and the deals of a customer."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from auditlog.history_api import HistoryAction
from crm.core.api.nesting import NestedViewSet
from crm.core.api.timeline import TimelineAction
from crm.core.api.viewsets import SHAPING, RecordViewSet, expected_version
from customers import services as customer_services
from customers.documents.api import DocumentViewSet
from customers.filters import NoteFilters
from customers.models import Customer, Note
from customers.serializers import NoteSerializer
from deals import services
from deals.filters import DealFilters
from deals.models import Deal
from deals.serializers import DealSerializer, MoveSerializer


class DealViewSet(HistoryAction, TimelineAction, RecordViewSet):
    resource = "deals"
    queryset = Deal.objects.select_related("stage")
    serializer_class = DealSerializer
    filterset_class = DealFilters
    extra_permissions = {"move": "deals:write", "timeline": "deals:read", "history": "audit:read"}
    parameters = {
        **RecordViewSet.parameters,
        "move": SHAPING,
        "timeline": TimelineAction.timeline_parameters,
        "history": HistoryAction.history_parameters,
    }
    create_service = services.deal_create
    update_service = services.deal_update
    archive_service = services.deal_archive
    restore_service = services.deal_restore
    delete_service = services.deal_delete

    @extend_schema(request=MoveSerializer, responses=DealSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        body = MoveSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        services.deal_move(self.actor, pk, version=expected_version(request), **body.validated_data)
        return self.answer_again(pk)


class DealsOfCustomer(NestedViewSet, DealViewSet):
    parent, link = Customer, "customer"


class NotesOfDeal(NestedViewSet):
    resource = "notes"
    queryset = Note.objects.all()
    serializer_class = NoteSerializer
    filterset_class = NoteFilters
    create_service = customer_services.note_create
    parent, link = Deal, "deal"


class DocumentsOfDeal(NestedViewSet, DocumentViewSet):
    bulk = None  # type: ignore[assignment]
    parent, link = Deal, "deal"
