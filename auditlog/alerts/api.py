"""`/api/v1/security/…`: events to read, alerts to handle, rules to tune."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from auditlog.alerts import services
from auditlog.alerts.actions import ensure_fresh
from auditlog.alerts.filters import AlertFilters, AnomalyRuleFilters, SecurityEventFilters
from auditlog.alerts.serializers import (
    AcknowledgeSerializer,
    ActSerializer,
    AlertDetailSerializer,
    AlertSerializer,
    AnomalyRuleSerializer,
    CloseSerializer,
    CommentSerializer,
    DoneSerializer,
    SecurityEventSerializer,
)
from auditlog.models import Alert, AnomalyRule, SecurityEvent
from crm.core.api.viewsets import ReadOnlyRecordViewSet, expected_version

ACTIONS = ("acknowledge", "close", "comment", "act")


class SecurityEventViewSet(ReadOnlyRecordViewSet):
    resource = "security"
    queryset = SecurityEvent.objects.all()
    serializer_class = SecurityEventSerializer
    filterset_class = SecurityEventFilters


class AlertViewSet(ReadOnlyRecordViewSet):
    resource = "security"
    queryset = Alert.objects.select_related("rule")
    serializer_class = AlertDetailSerializer
    filterset_class = AlertFilters
    extra_permissions: ClassVar[dict[str, str]] = dict.fromkeys(ACTIONS, "security:write")
    parameters: ClassVar[dict[str, set[str]]] = {
        **ReadOnlyRecordViewSet.parameters,
        **{name: set() for name in ACTIONS},
    }

    def get_serializer_class(self) -> Any:
        return AlertSerializer if self.action == "list" else AlertDetailSerializer

    @extend_schema(request=AcknowledgeSerializer, responses=AlertDetailSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Somebody is at it."""
        services.alert_acknowledge(
            self.actor, pk, version=expected_version(request), **self._body(AcknowledgeSerializer)
        )
        return self.answer(self.get_object())

    @extend_schema(request=CloseSerializer, responses=AlertDetailSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """With its resolution; what fires again is a new alert."""
        services.alert_close(self.actor, pk, version=expected_version(request), **self._body(CloseSerializer))
        return self.answer(self.get_object())

    @extend_schema(request=CommentSerializer, responses=AlertDetailSerializer)
    @action(detail=True, methods=["post"])
    def comment(self, request: Request, pk: str) -> Response:
        services.alert_comment(self.actor, pk, version=expected_version(request), **self._body(CommentSerializer))
        return self.answer(self.get_object())

    @extend_schema(request=ActSerializer, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def act(self, request: Request, pk: str) -> Response:
        """Ends sessions, revokes keys, bans an address …; only by a signed-in person who proved it lately."""
        body = self._body(ActSerializer)
        ensure_fresh(request._request)  # type: ignore[arg-type]
        _alert, done = services.alert_act(self.actor, pk, version=expected_version(request), **body)
        return Response({"done": done})

    def _body(self, serializer_class: type[Any]) -> dict[str, Any]:
        body = serializer_class(data=self.request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)


class AnomalyRuleViewSet(ReadOnlyRecordViewSet):
    """They come with the product: there is nothing to create or delete."""

    resource = "security"
    queryset = AnomalyRule.objects.all()
    serializer_class = AnomalyRuleSerializer
    filterset_class = AnomalyRuleFilters
    extra_permissions: ClassVar[dict[str, str]] = {"partial_update": "security:manage"}

    def partial_update(self, request: Request, pk: str) -> Response:
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        services.rule_update(self.actor, pk, version=expected_version(request), **serializer.validated_data)
        return self.answer(self.get_object())


RESOURCES: dict[str, type[Any]] = {
    "security/events": SecurityEventViewSet,
    "security/alerts": AlertViewSet,
    "security/rules": AnomalyRuleViewSet,
}
