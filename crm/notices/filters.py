"""What the list of notifications can be narrowed by."""

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.listing import RecordFilters
from crm.notices.kinds import ALL
from crm.notices.models import Notification

SNOOZED = "snoozed"
STATES = (("unread", _("Unread")), ("read", _("Read")), (SNOOZED, _("Put off")))


class NoticeFilters(RecordFilters):
    """What is put off is shown where it is asked for, and nowhere else until it comes back."""

    kind = django_filters.ChoiceFilter(choices=[(kind.name, kind.label) for kind in ALL])
    state = django_filters.ChoiceFilter(choices=STATES, method="in_state")

    class Meta:
        model = Notification
        orderings = ("-shown_at",)
        fields = {"subject_type": ["exact"], "subject_id": ["exact"], "created_at": ["gte", "lt"]}

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") == SNOOZED else rows.shown(timezone.now())

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        if value == SNOOZED:
            return rows.filter(shown_at__gt=timezone.now())
        return rows.filter(read_at__isnull=value == "unread")
