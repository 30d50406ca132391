"""What the list of invitations can be narrowed by."""

from typing import Any

import django_filters

from accounts.models import Invitation
from crm.core.listing import RecordFilters

STATES = (("open", "Open"), ("expired", "Expired"), ("accepted", "Accepted"), ("withdrawn", "Withdrawn"))


class InvitationFilters(RecordFilters):
    search = django_filters.CharFilter(field_name="email", lookup_expr="icontains")
    state = django_filters.ChoiceFilter(choices=STATES, method="by_state")

    class Meta:
        model = Invitation
        orderings = ("-created_at", "email", "expires_at")
        fields = {"role": ["exact"]}

    def by_state(self, rows: Any, name: str, value: str) -> Any:
        return rows.in_state(value)
