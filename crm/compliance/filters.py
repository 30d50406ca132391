"""What reviews, their items and processing activities can be narrowed and sorted by, on pages and in the API."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from auditlog.models import LegalHold
from crm.compliance.models import AccessReview, Decision, ProcessingActivity, ReviewItem
from crm.core.listing import RecordFilters

OPEN = "open"
STATES = (("running", _("Running")), ("overdue", _("Overdue")), ("complete", _("Complete")))
HOLD_STATES = (("active", _("Active")), ("released", _("Released")))
DECISIONS = ((OPEN, _("Not decided")), *Decision.choices)


class AccessReviewFilters(RecordFilters):
    state = django_filters.ChoiceFilter(choices=STATES, method="in_state")

    class Meta:
        model = AccessReview
        orderings = ("-created_at", "due_on", "name")
        fields = {"scope": ["exact"], "team": ["exact"], "due_on": ["gte", "lt"]}

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        if value == "complete":
            return rows.filter(completed_at__isnull=False)
        today, running = timezone.localdate(), rows.filter(completed_at__isnull=True)
        return running.filter(due_on__lt=today) if value == "overdue" else running.filter(due_on__gte=today)


class ReviewItemFilters(RecordFilters):
    search = django_filters.CharFilter(method="by_person_or_label")
    decision = django_filters.ChoiceFilter(choices=DECISIONS, method="decided")

    class Meta:
        model = ReviewItem
        orderings = ("person_label", "granted_at", "last_used_at")
        fields = {"kind": ["exact"], "is_privileged": ["exact"], "person_id": ["exact"]}

    def by_person_or_label(self, rows: Any, name: str, value: str) -> Any:
        person = Q(person_label__icontains=value) | Q(person_email__icontains=value)
        return rows.filter(person | Q(label__icontains=value))

    def decided(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(decision="" if value == OPEN else value)


class ProcessingActivityFilters(RecordFilters):
    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains")

    class Meta:
        model = ProcessingActivity
        orderings = ("name", "updated_at")
        fields = {"lawful_basis": ["exact"]}


class LegalHoldFilters(RecordFilters):
    search = django_filters.CharFilter(method="by_label_or_reason")
    state = django_filters.ChoiceFilter(choices=HOLD_STATES, method="in_state")

    class Meta:
        model = LegalHold
        orderings = ("-created_at", "created_at", "object_label")
        fields = {"object_type": ["exact"], "object_id": ["exact"]}

    def by_label_or_reason(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(object_label__icontains=value) | Q(reason__icontains=value))

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(released_at__isnull=value == "active")
