"""What the lists can be narrowed and sorted by."""

from typing import Any

import django_filters

from crm.core.listing import RecordFilters
from crm.outbox.models import Delivery, Suppression, SuppressionReason, normalised
from crm.outbox.models.suppressions import fingerprint_of


class DeliveryFilters(RecordFilters):
    recipient = django_filters.CharFilter(field_name="recipient", lookup_expr="iexact")

    class Meta:
        model = Delivery
        orderings = ("-created_at",)
        fields = {"state": ["exact"], "topic": ["exact"], "created_at": ["gte", "lt"]}


class SuppressionFilters(RecordFilters):
    """`address` exactly, by its fingerprint."""

    address = django_filters.CharFilter(method="of_address")
    reason = django_filters.ChoiceFilter(choices=SuppressionReason.choices)

    class Meta:
        model = Suppression
        orderings = ("-at",)
        fields: dict[str, list[str]] = {}

    def of_address(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(fingerprint=fingerprint_of(normalised(value)))
