"""Activities, and those of a customer, contact, lead or deal."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.nesting import NestedViewSet
from crm.core.api.viewsets import SHAPING, RecordViewSet, expected_version
from customers.models import Contact, Customer, Lead
from deals import services
from deals.filters import ActivityFilters
from deals.models import Activity, Deal
from deals.serializers import ActivitySerializer


class ActivityViewSet(RecordViewSet):
    resource = "activities"
    queryset = Activity.objects.prefetch_related("attendees")
    serializer_class = ActivitySerializer
    filterset_class = ActivityFilters
    extra_permissions = {"complete": "activities:write", "reopen": "activities:write"}
    parameters = {**RecordViewSet.parameters, "complete": SHAPING, "reopen": SHAPING}
    expand_joins = {"deal": ("deal", "deal__stage")}
    create_service = services.activity_create
    update_service = services.activity_update
    archive_service = services.activity_archive
    restore_service = services.activity_restore
    delete_service = services.activity_delete

    @extend_schema(request=None, responses=ActivitySerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        services.activity_complete(self.actor, pk, version=expected_version(request))
        return self.answer_again(pk)

    @extend_schema(request=None, responses=ActivitySerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        services.activity_reopen(self.actor, pk, version=expected_version(request))
        return self.answer_again(pk)


class ActivitiesOfCustomer(NestedViewSet, ActivityViewSet):
    parent, link = Customer, "customer"


class ActivitiesOfContact(NestedViewSet, ActivityViewSet):
    parent, link = Contact, "contact"


class ActivitiesOfLead(NestedViewSet, ActivityViewSet):
    parent, link = Lead, "lead"


class ActivitiesOfDeal(NestedViewSet, ActivityViewSet):
    parent, link = Deal, "deal"
