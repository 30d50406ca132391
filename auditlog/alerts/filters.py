"""What events and alerts can be narrowed by; each filter leans on an index of the model."""

from typing import Any

import django_filters

from auditlog.filters import DAYS, DaysMixin
from auditlog.models import Alert, AlertState, AnomalyRule, SecurityEvent
from crm.core.listing import RecordFilters


class SecurityEventFilters(DaysMixin, RecordFilters):
    person = django_filters.UUIDFilter(field_name="person_id")
    team = django_filters.UUIDFilter(field_name="team_id")
    since = django_filters.DateFilter(method="from_day", validators=DAYS)
    until = django_filters.DateFilter(method="to_day", validators=DAYS)

    class Meta:
        model = SecurityEvent
        orderings = ("-at",)
        fields = {"kind": ["exact"], "severity": ["exact"], "address": ["exact"], "at": ["gte", "lt"]}


class AlertFilters(RecordFilters):
    """`unresolved=true`: open and acknowledged ones."""

    person = django_filters.UUIDFilter(field_name="person_id")
    rule = django_filters.CharFilter(field_name="rule__name")
    unresolved = django_filters.BooleanFilter(method="by_unresolved")

    class Meta:
        model = Alert
        orderings = ("-last_seen_at", "created_at")
        fields = {
            "state": ["exact"],
            "severity": ["exact"],
            "address": ["exact"],
            "last_seen_at": ["gte", "lt"],
        }

    def by_unresolved(self, rows: Any, name: str, value: bool) -> Any:
        return rows.unresolved() if value else rows.filter(state=AlertState.CLOSED)


class AnomalyRuleFilters(RecordFilters):
    class Meta:
        model = AnomalyRule
        orderings = ("name",)
        fields = {"is_enabled": ["exact"], "severity": ["exact"]}
