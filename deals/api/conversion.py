"""`POST leads/{id}/convert`: beside the leads of the customers app, since it makes a deal, too."""

from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.access import Access
from crm.core.api.requests import requesting_actor
from crm.core.api.schema import RecordSchema
from crm.core.api.viewsets import expected_version
from deals import services
from deals.serializers import ConversionSerializer, ConversionShownSerializer


class LeadConversionViewSet(viewsets.ViewSet):
    access = Access(permissions=("leads:convert",))
    access_by_action = {"convert": access}
    schema = RecordSchema()

    @extend_schema(request=ConversionSerializer, responses=ConversionShownSerializer)
    def convert(self, request: Request, pk: str) -> Response:
        body = ConversionSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        wanted = {name: value for name, value in body.validated_data.items() if value is not None}
        actor = requesting_actor(request)
        made = services.lead_convert(actor, pk, version=expected_version(request), **wanted)
        links = {"customer": made.customer, "contact": made.contact, "deal": made.deal}
        return Response({name: record.pk if record else None for name, record in links.items()})
