"""`/api/v1/webhooks`: endpoints, their secrets and deliveries."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import ensure_fresh_sign_in
from crm.core.api.viewsets import EditableViewSet, ReadOnlyRecordViewSet, etag, expected_version
from crm.core.errors import NotFound
from crm.core.pages import visible
from crm.outbox.models import Delivery
from crm.webhooks import services
from crm.webhooks.catalogue import every_type
from crm.webhooks.filters import WebhookDeliveryFilters, WebhookFilters
from crm.webhooks.log import tries_of
from crm.webhooks.models import Webhook
from crm.webhooks.replaying import deliveries_of, webhook_replay
from crm.webhooks.serializers import (
    ChangedWebhookSerializer,
    IssuedWebhookSerializer,
    WebhookDeliveryDetailSerializer,
    WebhookDeliverySerializer,
    WebhookReplayedSerializer,
    WebhookReplaySerializer,
    WebhookRotationSerializer,
    WebhookSerializer,
    WebhookTrySerializer,
    WebhookTypesSerializer,
)

SHOWN_ONCE = ("secret",)
WRITING = ("rotate", "test", "replay")


class WebhookViewSet(EditableViewSet):
    """Where events are sent. A signed-in person has to have given their password lately to write here."""

    resource = "webhooks"
    queryset = Webhook.objects.all()
    serializer_class = WebhookSerializer
    filterset_class = WebhookFilters
    extra_permissions: ClassVar[dict[str, str]] = {
        **dict.fromkeys(WRITING, "webhooks:write"),
        "types": "webhooks:read",
    }
    parameters: ClassVar[dict[str, set[str]]] = {
        **EditableViewSet.parameters,
        **{name: set() for name in ("create", "types", *WRITING)},
    }

    @extend_schema(responses={201: IssuedWebhookSerializer})
    def create(self, request: Request) -> Response:
        """`{"url", "events"}` is enough. The answer holds the secret, this once."""
        self._ensure_fresh()
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self._issued(*services.webhook_create(self.actor, **serializer.validated_data), 201)

    @extend_schema(request=ChangedWebhookSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """From now on it sees what you see."""
        self._ensure_fresh()
        serializer = ChangedWebhookSerializer(data=request.data, partial=True, context={"request": request})
        serializer.is_valid(raise_exception=True)
        services.webhook_update(self.actor, pk, version=expected_version(request), **serializer.validated_data)
        return self.answer_again(pk)

    def destroy(self, request: Request, pk: str) -> Response:
        services.webhook_delete(self.actor, pk, version=expected_version(request))
        return Response(status=204)

    @extend_schema(request=WebhookRotationSerializer, responses=IssuedWebhookSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """A new secret, shown this once; the old one signs beside it for `overlap_hours` more."""
        self._ensure_fresh()
        serializer = WebhookRotationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        version = expected_version(request)
        return self._issued(*services.webhook_rotate(self.actor, pk, version=version, **serializer.validated_data))

    @extend_schema(request=None, responses={202: WebhookDeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Sends `webhook.test` before everything else; how it went is in `deliveries/{id}`."""
        delivery = services.webhook_test(self.actor, pk)
        return Response(WebhookDeliverySerializer().to_representation(delivery), 202)

    @extend_schema(request=WebhookReplaySerializer, responses={202: WebhookReplayedSerializer})
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Sends again what has ended, under the same ids."""
        serializer = WebhookReplaySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response({"replayed": webhook_replay(self.actor, pk, **serializer.validated_data)}, 202)

    @extend_schema(responses=WebhookTypesSerializer, filters=False, parameters=[])
    @action(detail=False, methods=["get"], pagination_class=None)
    def types(self, request: Request) -> Response:
        """Every type of event."""
        return Response({"types": every_type()})

    def _ensure_fresh(self) -> None:
        if self.actor.credential == "session":
            ensure_fresh_sign_in(self.request._request)  # type: ignore[arg-type]

    def _issued(self, webhook: Webhook, secret: str, status: int = 200) -> Response:
        shown = {**WebhookSerializer().to_representation(webhook), "secret": secret}
        response = Response(shown, status, headers={"ETag": etag(webhook), "Cache-Control": "no-store"})
        response.shown_once = SHOWN_ONCE  # type: ignore[attr-defined]
        return response


class WebhookDeliveryViewSet(ReadOnlyRecordViewSet):
    """What was sent to one endpoint in the last 30 days, the newest first; one shows each try with its answer."""

    resource = "webhooks"
    queryset = Delivery.objects.none()
    serializer_class = WebhookDeliverySerializer
    filterset_class = WebhookDeliveryFilters

    def get_queryset(self) -> Any:
        try:
            webhook = visible(Webhook.objects.all(), self.actor, self.kwargs["parent_pk"])
        except (ValidationError, ValueError):
            raise NotFound() from None
        return deliveries_of(webhook)

    def list(self, request: Request, parent_pk: str) -> Response:  # type: ignore[override]
        return super().list(request)

    @extend_schema(responses=WebhookDeliveryDetailSerializer)
    def retrieve(self, request: Request, parent_pk: str, pk: str) -> Response:  # type: ignore[override]
        delivery = self.get_object()
        shown = WebhookDeliverySerializer().to_representation(delivery)
        return Response({**shown, "tries": [WebhookTrySerializer(one).data for one in tries_of(self.actor, delivery)]})
