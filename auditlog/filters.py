"""What the trail can be narrowed by; each filter leans on an index (ADR 29 and 53)."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware

from auditlog.models import AuditEvent, AuditSeal
from auditlog.names import called
from crm.core.listing import RecordFilters

YEARS = range(1970, 3000)
DAYS = [MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(2999, 12, 31))]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
# What an account is called in the trail.
PERSON = "user"


class MomentField(forms.CharField):
    """A day or a moment, as (moment, how long it lasts): `2026-03-04` is the reader's whole day, `…T13:05` a minute."""

    def clean(self, value: Any) -> tuple[datetime, timedelta] | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            day, moment = parse_date(text), parse_datetime(text)
        except ValueError:
            day = moment = None
        found = datetime.combine(day, time.min) if day else moment
        if found is None or found.year not in YEARS:
            raise ValidationError("Enter a day or a moment, such as 2026-03-04 or 2026-03-04T13:05.", code="invalid")
        return make_aware(found) if is_naive(found) else found, DAY if day else MINUTE


class MomentFilter(django_filters.Filter):
    field_class = MomentField


class DaysMixin:
    """`since` and `until`: whole days in the reader's time zone."""

    def from_day(self, rows: Any, name: str, day: date) -> Any:
        return rows.filter(at__gte=make_aware(datetime.combine(day, time.min)))

    def to_day(self, rows: Any, name: str, day: date) -> Any:
        return rows.filter(at__lt=make_aware(datetime.combine(day, time.min)) + timedelta(days=1))


class AuditEventFilters(RecordFilters):
    actor = django_filters.UUIDFilter(field_name="actor_id")
    person = django_filters.UUIDFilter(method="by_and_about")
    team = django_filters.UUIDFilter(field_name="team_id")
    object = django_filters.CharFilter(method="by_object", label="customer:<id>")
    search = django_filters.CharFilter(method="by_name")
    since = MomentFilter(method="from_moment")
    until = MomentFilter(method="to_moment")

    class Meta:
        model = AuditEvent
        orderings = ("-at",)
        fields = {
            "action": ["exact"],
            "object_type": ["exact"],
            "object_id": ["exact"],
            "door": ["exact"],
            "address": ["exact"],
            "credential": ["exact"],
            "on_behalf_of": ["exact"],
            "trace_id": ["exact"],
            "seal": ["exact"],
            "at": ["gte", "lt"],
        }

    def by_name(self, rows: Any, name: str, value: str) -> Any:
        return called(rows, value)

    def by_object(self, rows: Any, name: str, value: str) -> Any:
        """The trail of one record: its type and id, as in `customer:0192…`."""
        kind, _, pk = value.partition(":")
        return rows.filter(object_type=kind, object_id=pk)

    def by_and_about(self, rows: Any, name: str, pk: Any) -> Any:
        """The trail of one person: what they did, and what was done to their account."""
        return rows.filter(Q(actor_id=pk) | Q(object_type=PERSON, object_id=str(pk)))

    def from_moment(self, rows: Any, name: str, value: tuple[datetime, timedelta]) -> Any:
        return rows.filter(at__gte=value[0])

    def to_moment(self, rows: Any, name: str, value: tuple[datetime, timedelta]) -> Any:
        """With the whole last day or minute, in the reader's time zone."""
        return rows.filter(at__lt=value[0] + value[1])


class AuditSealFilters(RecordFilters):
    class Meta:
        model = AuditSeal
        orderings = ("-seq", "seq")
        fields: ClassVar[dict[str, list[str]]] = {"retention": ["exact"], "kid": ["exact"], "at": ["gte", "lt"]}
