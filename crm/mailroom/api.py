"""`/api/v1/emails`: the queue, and mails by hand; `/api/v1/email-suppressions`: who gets none."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.bulk import BulkResponseSerializer, run_bulk
from crm.core.api.viewsets import ReadOnlyRecordViewSet
from crm.core.errors import invalid_field
from crm.mailroom import queue
from crm.mailroom.filters import DeliveryFilters, SuppressionFilters
from crm.mailroom.serializers import (
    CleanedUpSerializer,
    CleanUpSerializer,
    EmailBulkSerializer,
    EmailDetailSerializer,
    EmailSerializer,
    EmailStatsSerializer,
    MessageSerializer,
    PausedSerializer,
    PauseSerializer,
    SuppressionSerializer,
    stats_shown,
)
from crm.mailroom.statistics import statistics
from crm.mailroom.suppressions import suppression_add, suppression_remove
from crm.outbox.models import Delivery, Suppression

WRITING, MANAGING = ("create", "bulk", "retry", "cancel"), ("pause", "resume", "cleanup")


class EmailViewSet(ReadOnlyRecordViewSet):
    """Mails of the last weeks, the newest first. Sending answers at once; the mail leaves after it."""

    resource = "emails"
    queryset = Delivery.objects.all()
    serializer_class = EmailDetailSerializer
    filterset_class = DeliveryFilters
    create_service = staticmethod(queue.mail_send)
    extra_permissions: ClassVar[dict[str, str]] = {
        **dict.fromkeys(WRITING, "emails:write"),
        **dict.fromkeys(MANAGING, "emails:manage"),
        "stats": "emails:read",
    }
    parameters: ClassVar[dict[str, set[str]]] = {
        **ReadOnlyRecordViewSet.parameters,
        **{name: set() for name in (*WRITING, *MANAGING, "stats")},
    }

    def get_serializer_class(self) -> Any:
        return EmailSerializer if self.action == "list" else EmailDetailSerializer

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """What is sent has another form than what is shown."""
        if "data" in kwargs:
            return MessageSerializer(data=kwargs["data"])
        return super().get_serializer(*args, **kwargs)

    @extend_schema(request=MessageSerializer, responses={201: EmailDetailSerializer})
    def create(self, request: Request) -> Response:
        """Not `transactional` it is news, with a way to unsubscribe; that it is not takes `emails:manage`."""
        message = MessageSerializer(data=request.data)
        message.is_valid(raise_exception=True)
        return self.answer(queue.mail_send(self.actor, **message.validated_data), 201)

    @extend_schema(request=EmailBulkSerializer, responses=BulkResponseSerializer, filters=False, parameters=[])
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> HttpResponse:
        data: Any = request.data
        asked = data.get("operations") if isinstance(data, dict) else data
        if isinstance(asked, list) and any(isinstance(one, dict) and one.get("op") != "create" for one in asked):
            raise invalid_field("op", "Mails are sent, never changed or deleted: create.", "unknown_operation")
        return run_bulk(self, request)

    @extend_schema(request=None, responses=EmailDetailSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Due now, with three days of tries before it."""
        return self.answer(queue.delivery_retry(self.actor, pk))

    @extend_schema(request=None, responses=EmailDetailSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self.answer(queue.delivery_cancel(self.actor, pk))

    @extend_schema(responses=EmailStatsSerializer, filters=False, parameters=[])
    @action(detail=False, methods=["get"])
    def stats(self, request: Request) -> Response:
        return Response(stats_shown(statistics(self.actor)))

    @extend_schema(request=PauseSerializer, responses=PausedSerializer, filters=False, parameters=[])
    @action(detail=False, methods=["post"])
    def pause(self, request: Request) -> Response:
        """No mail leaves until `resume`, links to reset a password included."""
        body = PauseSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        queue.queue_pause(self.actor, **body.validated_data)
        return Response({"paused": True})

    @extend_schema(request=None, responses=PausedSerializer, filters=False, parameters=[])
    @action(detail=False, methods=["post"])
    def resume(self, request: Request) -> Response:
        queue.queue_resume(self.actor)
        return Response({"paused": False})

    @extend_schema(request=CleanUpSerializer, responses=CleanedUpSerializer, filters=False, parameters=[])
    @action(detail=False, methods=["post"])
    def cleanup(self, request: Request) -> Response:
        """Removes what ended so many days ago; what waits stays."""
        body = CleanUpSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response({"removed": queue.deliveries_clean_up(self.actor, **body.validated_data)})


class SuppressionViewSet(ReadOnlyRecordViewSet):
    """Bounces and complaints that another system collected are posted here."""

    resource = "emails"
    queryset = Suppression.objects.all()
    serializer_class = SuppressionSerializer
    filterset_class = SuppressionFilters
    extra_permissions: ClassVar[dict[str, str]] = {"create": "emails:write", "destroy": "emails:manage"}

    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self.answer(suppression_add(self.actor, **serializer.validated_data), 201)

    def destroy(self, request: Request, pk: str) -> Response:
        suppression_remove(self.actor, pk)
        return Response(status=204)


RESOURCES: dict[str, type[Any]] = {"emails": EmailViewSet, "email-suppressions": SuppressionViewSet}
