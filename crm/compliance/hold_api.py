"""`/api/v1/compliance/holds`: legal holds are listed, placed and released; nothing else of one changes."""

from typing import ClassVar, cast

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import ensure_fresh_sign_in
from auditlog.holds import hold_release, hold_set
from auditlog.models import LegalHold
from crm.compliance.filters import LegalHoldFilters
from crm.compliance.serializers import LegalHoldSerializer, NewHoldSerializer, ReleaseSerializer
from crm.core.api.viewsets import SHAPING, ReadOnlyRecordViewSet, expected_version
from crm.core.requests import CrmRequest


class LegalHoldViewSet(ReadOnlyRecordViewSet):
    resource = "audit"
    queryset = LegalHold.objects.all()
    serializer_class = LegalHoldSerializer
    filterset_class = LegalHoldFilters
    verbs: ClassVar[dict[str, str]] = {
        **{name: "read" for name in ("list", "retrieve", "metadata")},
        **{name: "manage" for name in ("create", "release")},
    }
    parameters: ClassVar[dict[str, set[str]]] = {**ReadOnlyRecordViewSet.parameters, "release": SHAPING}

    @extend_schema(request=NewHoldSerializer, responses={201: LegalHoldSerializer})
    def create(self, request: Request) -> Response:
        """Keeps one record and every event about it, whatever their time, until it is released."""
        serializer = NewHoldSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return self.answer(hold_set(self.actor, **serializer.validated_data), 201)

    @extend_schema(request=ReleaseSerializer, responses=LegalHoldSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Takes a reason, and a session in which the password was given lately."""
        ensure_fresh_sign_in(cast(CrmRequest, request._request))
        serializer = ReleaseSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        version = expected_version(request)
        return self.answer(hold_release(self.actor, pk, version=version, **serializer.validated_data))
