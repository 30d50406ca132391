"""What the lists can be narrowed and sorted by."""

from typing import Any

import django_filters

from crm.core.listing import RecordFilters
from crm.intake.models import Letter, LetterState, Mailbox, Received


class MailboxFilters(RecordFilters):
    class Meta:
        model = Mailbox
        orderings = ("address",)
        fields: dict[str, list[str]] = {}


class ReceivedFilters(RecordFilters):
    class Meta:
        model = Received
        orderings = ("-at",)
        fields = {"outcome": ["exact"]}


class LetterFilters(RecordFilters):
    """Without a state: what waits."""

    state = django_filters.ChoiceFilter(choices=LetterState.choices)

    class Meta:
        model = Letter
        orderings = ("-created_at",)
        fields: dict[str, list[str]] = {}

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.exclude(state=LetterState.DISMISSED)
