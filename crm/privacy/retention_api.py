"""`/api/v1/compliance/retention-policies`: how long each kind of record is kept, and what that would hit now."""

from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.viewsets import EditableViewSet
from crm.core.paging import bounded_count
from crm.privacy.filters import RetentionPolicyFilters
from crm.privacy.models import RetentionPolicy
from crm.privacy.retention import hits, retention_policy_create, retention_policy_update
from crm.privacy.serializers import RetentionHitsSerializer, RetentionPolicySerializer
from crm.privacy.subjects import within_reach


class RetentionPolicyViewSet(EditableViewSet):
    """A policy is off until `is_enabled`; look at `…/hits` first."""

    resource = "privacy"
    queryset = RetentionPolicy.objects.all()
    serializer_class = RetentionPolicySerializer
    filterset_class = RetentionPolicyFilters
    create_service = retention_policy_create
    update_service = retention_policy_update
    extra_permissions: ClassVar[dict[str, str]] = {"hits": "privacy:read"}
    parameters: ClassVar[dict[str, set[str]]] = {**EditableViewSet.parameters, "hits": set()}

    @extend_schema(responses=RetentionHitsSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def hits(self, request: Request, pk: str) -> Response:
        """How many records within the caller's reach it would hit if it ran now."""
        count, is_estimate = bounded_count(within_reach(self.actor, hits(self.get_object(), timezone.now())))
        return Response({"count": count, "count_is_estimate": is_estimate})
