"""What lists of keys can be narrowed by."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiKey
from crm.core.listing import RecordFilters

STATES = (("live", "Works"), ("expired", "Expired"), ("revoked", "Revoked"))


class ApiKeyFilters(RecordFilters):
    search = django_filters.CharFilter(method="by_name_person_or_hint")
    state = django_filters.ChoiceFilter(choices=STATES, method="in_state")

    class Meta:
        model = ApiKey
        orderings = ("-created_at", "name", "expires_at", "last_used_at")
        fields = {"user": ["exact"], "team": ["exact"], "expires_at": ["gte", "lt"], "last_used_at": ["gte", "lt"]}

    def by_name_person_or_hint(self, rows: Any, name: str, value: str) -> Any:
        person = Q(user__full_name__icontains=value) | Q(user__email__icontains=value)
        return rows.filter(Q(name__icontains=value) | Q(hint=value[-4:]) | person)

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        now = timezone.now()
        if value == "live":
            return rows.live(now)
        if value == "expired":
            return rows.filter(revoked_at__isnull=True, user__is_active=True, expires_at__lte=now)
        return rows.filter(Q(revoked_at__isnull=False) | Q(user__is_active=False))
