"""What the trail can be narrowed by; each filter leans on an index (docs/adr/0007-audit-indexes.md)."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import django_filters
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.timezone import make_aware

from auditlog.models import AuditEvent, AuditSeal
from crm.core.listing import RecordFilters

DAYS = [MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


class AuditEventFilters(RecordFilters):
    actor = django_filters.UUIDFilter(field_name="actor_id")
    team = django_filters.UUIDFilter(field_name="team_id")
    object = django_filters.CharFilter(method="by_object", label="customer:<id>")
    search = django_filters.CharFilter(field_name="object_label", lookup_expr="icontains")
    since = django_filters.DateFilter(method="from_day", validators=DAYS)
    until = django_filters.DateFilter(method="to_day", validators=DAYS)

    class Meta:
        model = AuditEvent
        orderings = ("-at",)
        fields = {
            "action": ["exact"],
            "object_type": ["exact"],
            "object_id": ["exact"],
            "door": ["exact"],
            "address": ["exact"],
            "trace_id": ["exact"],
            "seal": ["exact"],
            "at": ["gte", "lt"],
        }

    def by_object(self, rows: Any, name: str, value: str) -> Any:
        """The trail of one record: its type and id, as in `customer:0192…`."""
        kind, _, pk = value.partition(":")
        return rows.filter(object_type=kind, object_id=pk)

    def from_day(self, rows: Any, name: str, day: date) -> Any:
        return rows.filter(at__gte=make_aware(datetime.combine(day, time.min)))

    def to_day(self, rows: Any, name: str, day: date) -> Any:
        """The whole last day, in the reader's time zone."""
        return rows.filter(at__lt=make_aware(datetime.combine(day, time.min)) + timedelta(days=1))


class AuditSealFilters(RecordFilters):
    class Meta:
        model = AuditSeal
        orderings = ("-seq", "seq")
        fields: ClassVar[dict[str, list[str]]] = {"retention": ["exact"], "kid": ["exact"], "at": ["gte", "lt"]}
