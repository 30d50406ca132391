"""The trail in the API: read-only, and only what the caller may see; with seals, proofs and the public keys."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from auditlog.analytics import PERIODS, analytics
from auditlog.filters import AuditEventFilters, AuditSealFilters
from auditlog.models import AuditEvent, AuditSeal
from auditlog.reports import days_of
from auditlog.serializers import AuditAnalyticsSerializer, AuditEventSerializer, AuditSealSerializer
from auditlog.signing import public_pems
from auditlog.trail import inclusion_proof
from crm.core.access import requires
from crm.core.api.requests import requesting_actor
from crm.core.api.schema import RecordSchema
from crm.core.api.viewsets import ReadOnlyRecordViewSet


class AuditEventViewSet(ReadOnlyRecordViewSet):
    resource = "audit"
    queryset = AuditEvent.objects.all()
    serializer_class = AuditEventSerializer
    filterset_class = AuditEventFilters
    extra_permissions: ClassVar[dict[str, str]] = {"proof": "audit:read"}
    parameters: ClassVar[dict[str, set[str]]] = {**ReadOnlyRecordViewSet.parameters, "proof": set()}

    @extend_schema(responses=OpenApiTypes.OBJECT, filters=False)
    @action(detail=True, pagination_class=None)
    def proof(self, request: Request, pk: str) -> Response:
        """The event, its seal and the path between them, which the stand-alone verifier checks."""
        return Response(inclusion_proof(self.get_object()))


class AuditSealViewSet(ReadOnlyRecordViewSet):
    """`keys` are the public keys in PEM by the id that a seal's `kid` names."""

    resource = "audit"
    queryset = AuditSeal.objects.all()
    serializer_class = AuditSealSerializer
    filterset_class = AuditSealFilters
    lookup_value_regex = "[0-9]+"
    extra_permissions: ClassVar[dict[str, str]] = {"keys": "audit:read"}
    parameters: ClassVar[dict[str, set[str]]] = {**ReadOnlyRecordViewSet.parameters, "keys": set()}

    @extend_schema(responses=OpenApiTypes.OBJECT, filters=False)
    @action(detail=False, pagination_class=None)
    def keys(self, request: Request) -> Response:
        keys: dict[str, Any] = {**public_pems()}
        return Response(keys)


@requires("audit:read")
class AuditAnalyticsView(APIView):
    """`?days=` 1, 7, 30 (default) or 90."""

    schema = RecordSchema()

    @extend_schema(
        operation_id="audit_analytics",
        parameters=[OpenApiParameter("days", int, enum=PERIODS)],
        responses=AuditAnalyticsSerializer,
    )
    def get(self, request: Request) -> Response:
        found = analytics(requesting_actor(request), days_of(request._request.GET))
        return Response({name: _shown(getattr(found, name)) for name in found.__slots__})


def _shown(counts: Any) -> Any:
    return counts if isinstance(counts, int) else [{"key": str(key), "count": count} for key, count in counts]
