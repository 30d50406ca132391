"""What the list of OAuth clients can be narrowed by."""

from typing import Any

import django_filters
from django.db.models import Q

from accounts.models import Application
from crm.core.listing import RecordFilters


class ClientFilters(RecordFilters):
    search = django_filters.CharFilter(method="by_name_or_id")

    class Meta:
        model = Application
        orderings = ("name", "created_at", "updated_at")
        fields = {"client_type": ["exact"], "is_active": ["exact"], "client_id": ["exact"]}

    def by_name_or_id(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(name__icontains=value) | Q(client_id=value))
