"""What the lists of webhooks and of their deliveries can be narrowed by."""

import django_filters

from crm.core.listing import RecordFilters
from crm.outbox.models import Delivery
from crm.webhooks.models import Webhook


class WebhookFilters(RecordFilters):
    class Meta:
        model = Webhook
        orderings = ("-created_at", "name", "updated_at")
        fields = {"is_active": ["exact"], "team": ["exact"], "owner": ["exact"]}


class WebhookDeliveryFilters(RecordFilters):
    type = django_filters.CharFilter(field_name="subject")

    class Meta:
        model = Delivery
        orderings = ("-created_at",)
        fields = {"state": ["exact"], "created_at": ["gte", "lt"]}
