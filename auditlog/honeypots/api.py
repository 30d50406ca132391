"""Bans in the API: list, ban by hand, lift."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from auditlog.honeypots.bans import address_ban, address_unban
from auditlog.honeypots.filters import AddressBanFilters
from auditlog.honeypots.serializers import AddressBanSerializer, NewBanSerializer
from auditlog.models import AddressBan
from crm.core.api.viewsets import SHAPING, ReadOnlyRecordViewSet, expected_version


class AddressBanViewSet(ReadOnlyRecordViewSet):
    resource = "security"
    queryset = AddressBan.objects.all()
    serializer_class = AddressBanSerializer
    filterset_class = AddressBanFilters
    extra_permissions: ClassVar[dict[str, str]] = {"lift": "security:write"}
    parameters: ClassVar[dict[str, set[str]]] = {**ReadOnlyRecordViewSet.parameters, "lift": SHAPING}

    @extend_schema(request=NewBanSerializer, responses={201: AddressBanSerializer})
    def create(self, request: Request) -> Response:
        """Refuses an address (of IPv6 the /64) from now on; `address_spared` where people work from it."""
        serializer = NewBanSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return self.answer(address_ban(self.actor, **serializer.validated_data), 201)

    @extend_schema(request=None, responses=AddressBanSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: str) -> Response:
        """Ends the ban, within five seconds everywhere."""
        return self.answer(address_unban(self.actor, pk, expected_version(request)))
