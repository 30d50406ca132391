"""What the list of bans can be narrowed by."""

from typing import Any

import django_filters
from django.utils import timezone

from auditlog.models import AddressBan
from crm.core.listing import RecordFilters

STATES = (("acting", "Acting"), ("lifted", "Lifted"), ("over", "Over"))


class AddressBanFilters(RecordFilters):
    """`state`: acting, lifted by somebody, or over by itself."""

    state = django_filters.ChoiceFilter(choices=STATES, method="in_state")

    class Meta:
        model = AddressBan
        orderings = ("-until", "since", "network")
        fields = {"network": ["exact", "icontains"], "source": ["exact"], "since": ["gte", "lt"]}

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        if value == "acting":
            return rows.acting(timezone.now())
        past = rows.filter(until__lte=timezone.now())
        return past.filter(lifted_by="") if value == "over" else past.exclude(lifted_by="")
