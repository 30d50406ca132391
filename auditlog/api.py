"""The trail in the API: read-only, and only what the caller may see."""

from auditlog.filters import AuditEventFilters
from auditlog.models import AuditEvent
from auditlog.serializers import AuditEventSerializer
from crm.core.api.viewsets import ReadOnlyRecordViewSet


class AuditEventViewSet(ReadOnlyRecordViewSet):
    resource = "audit"
    queryset = AuditEvent.objects.all()
    serializer_class = AuditEventSerializer
    filterset_class = AuditEventFilters
