"""Beside crm.api, which is on the same floor and knows nothing of this unit."""

from django.urls import include, re_path

from crm.core.api.routing import AnySlashRouter
from crm.webhooks.api import WebhookDeliveryViewSet, WebhookViewSet

app_name = "webhooks_api"

DELIVERIES = r"^webhooks/(?P<parent_pk>[^/.]+)/deliveries"

router = AnySlashRouter()
router.register("webhooks", WebhookViewSet, basename="webhooks")

urlpatterns = [
    re_path(rf"{DELIVERIES}/?$", WebhookDeliveryViewSet.as_view({"get": "list"}), name="webhook_deliveries"),
    re_path(
        rf"{DELIVERIES}/(?P<pk>[^/.]+)/?$", WebhookDeliveryViewSet.as_view({"get": "retrieve"}), name="webhook_delivery"
    ),
    re_path("", include(router.urls)),
]
