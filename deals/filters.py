"""What lists of this app can be narrowed by, in pages and API alike."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone

from crm.core.listing import RecordFilters
from deals.conditions import ACTIVITY_CONDITIONS, DEAL_CONDITIONS
from deals.models import Activity, Deal, Pipeline, Stage
from deals.models.activity import DONE, OPEN

MOMENTS = ["gte", "lt"]
CREATED = {"created_at": MOMENTS, "updated_at": MOMENTS}
STATES = (("open", "Open"), ("overdue", "Overdue"), ("done", "Done"))


class DealFilters(RecordFilters):
    owner = django_filters.UUIDFilter()
    team = django_filters.UUIDFilter()
    customer = django_filters.UUIDFilter()
    contact = django_filters.UUIDFilter(field_name="deal_contacts__contact")
    pipeline = django_filters.UUIDFilter()
    stage = django_filters.UUIDFilter()

    class Meta:
        model = Deal
        conditions = DEAL_CONDITIONS
        orderings = (
            *("-created_at", "updated_at", "name", "amount", "expected_close_date"),
            *("stage_changed_at", "closed_at", "last_activity_at"),
        )
        fields = {
            "status": ["exact"],
            "currency": ["exact"],
            "deal_type": ["exact"],
            "source": ["exact"],
            "forecast_category": ["exact"],
            "external_id": ["exact"],
            "owner": ["isnull"],
            "amount": MOMENTS,
            "expected_close_date": MOMENTS,
            "stage_changed_at": MOMENTS,
            "closed_at": MOMENTS,
            **CREATED,
        }


class PipelineFilters(RecordFilters):
    class Meta:
        model = Pipeline
        orderings = ("position", "name", "created_at", "updated_at")
        fields = {"is_default": ["exact"], "name": ["exact"]}


class StageFilters(RecordFilters):
    pipeline = django_filters.UUIDFilter()

    class Meta:
        model = Stage
        orderings = ("position", "name", "probability", "created_at", "updated_at")
        fields = {"status": ["exact"], "name": ["exact"]}


class ActivityFilters(RecordFilters):
    """`state`: open, overdue (open and past due) or done."""

    owner = django_filters.UUIDFilter()
    team = django_filters.UUIDFilter()
    customer = django_filters.UUIDFilter()
    contact = django_filters.UUIDFilter()
    lead = django_filters.UUIDFilter()
    deal = django_filters.UUIDFilter()
    attendee = django_filters.UUIDFilter(field_name="attendees")
    state = django_filters.ChoiceFilter(choices=STATES, method="in_state")

    class Meta:
        model = Activity
        conditions = ACTIVITY_CONDITIONS
        orderings: tuple[str, ...] = ("-created_at", "updated_at", "due_at", "starts_at", "completed_at", "subject")
        fields = {
            "type": ["exact"],
            "status": ["exact"],
            "priority": ["exact"],
            "direction": ["exact"],
            "owner": ["isnull"],
            "due_at": [*MOMENTS, "isnull"],
            "starts_at": MOMENTS,
            "completed_at": MOMENTS,
            **CREATED,
        }

    def in_state(self, rows: Any, name: str, state: str) -> Any:
        return rows.filter(of_state(state))


def of_state(state: str) -> Q:
    if state == "done":
        return Q(status__in=DONE)
    is_open = Q(status__in=OPEN)
    return is_open & Q(due_at__lt=timezone.now()) if state == "overdue" else is_open


class PlannedFirstFilters(ActivityFilters):
    """The page of activities reads as a list of what comes next."""

    class Meta(ActivityFilters.Meta):
        orderings = ("due_at", "-completed_at", "created_at", "subject")
