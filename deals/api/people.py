"""The people of one deal: all of them at once by PUT, one by POST, one away by DELETE."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.viewsets import ReadOnlyRecordViewSet, expected_version
from customers.models import Contact
from deals import services
from deals.filters import DealFilters
from deals.models import Deal
from deals.serializers import DealContactSerializer, DealContactShownSerializer, DealSerializer

MANY = DealContactShownSerializer(many=True)


class DealContactsViewSet(ReadOnlyRecordViewSet):
    resource = "deals"
    queryset = Deal.objects.all()
    serializer_class = DealSerializer
    filterset_class = DealFilters
    parameters = {"people": set(), "add": set(), "replace": set(), "remove": set()}
    extra_permissions = {
        "people": "deals:read",
        "add": "deals:write",
        "replace": "deals:write",
        "remove": "deals:write",
    }

    @extend_schema(responses=MANY, filters=False)
    def people(self, request: Request, pk: str) -> Response:
        return self._shown()

    @extend_schema(request=DealContactSerializer, responses={201: MANY})
    def add(self, request: Request, pk: str) -> Response:
        body = DealContactSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        services.deal_contact_put(self.actor, pk, **body.validated_data)
        return self._shown(201)

    @extend_schema(request=DealContactSerializer(many=True), responses=MANY)
    def replace(self, request: Request, pk: str) -> Response:
        body = DealContactSerializer(data=request.data, many=True, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        roles = {one["contact"]: one.get("role", "") for one in body.validated_data}
        services.deal_contacts_set(self.actor, pk, roles, version=expected_version(request))
        return self._shown()

    @extend_schema(responses={204: None})
    def remove(self, request: Request, pk: str, contact: str) -> Response:
        services.deal_contact_remove(self.actor, pk, contact)
        return Response(status=204)

    def _shown(self, status: int = 200) -> Response:
        seen = Contact.objects.for_actor(self.actor)
        links = self.get_object().deal_contacts.filter(contact__in=seen).select_related("contact").order_by("pk")
        people = [
            {"contact": link.contact_id, "name": str(link.contact), "email": link.contact.email, "role": link.role}
            for link in links
        ]
        return Response({"next": None, "previous": None, "results": people}, status)
