"""Pairs that may be one, best first, side by side."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.canaries import reached
from crm.core.facts import text_of
from crm.core.pages import ActorPage, ListPage
from crm.core.requests import CrmRequest
from crm.core.sensitive import masked
from customers import services
from customers.filters import DuplicateFilters
from customers.matching.scanning import KINDS
from customers.matching.scoring import SAID
from customers.models import Contact, Customer, DuplicatePair, Lead
from customers.models.duplicate_pair import PairState
from customers.models.merge import MergeKind

SHOWN: dict[type[Any], tuple[str, ...]] = {
    Customer: ("email", "phone", "domain", "billing_city", "industry"),
    Contact: ("email", "phone", "mobile_phone", "title", "customer"),
    Lead: ("email", "phone", "company_name", "title", "status"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One record of a pair; `facts` are (label, value, whether the other has the same)."""

    record: Any
    facts: list[tuple[str, str, bool]]


@requires("customers:merge", "contacts:merge", "leads:merge")
class DuplicateList(ListPage):
    model = DuplicatePair
    filters = DuplicateFilters
    template_name = "customers/duplicates.html"
    joins: ClassVar[tuple[str, ...]] = ()
    may_show_canaries = False

    def rows_for(self, params: Any) -> Any:
        """Open ones unless the address says otherwise, of what the actor may merge."""
        rows = super().rows_for(params)
        mine = DuplicatePair.objects.for_actor(self.actor, "merge").values("pk")
        return rows.filter(pk__in=mine, **({} if params.get("state") else {"state": PairState.OPEN}))

    def extra_context(self) -> dict[str, Any]:
        return {
            "states": PairState.choices,
            "kinds": [(kind.value, capfirst(KINDS[kind]._meta.verbose_name_plural)) for kind in MergeKind],
            "state": self.request.GET.get("state") or PairState.OPEN,
        }

    def joined(self, rows: Any) -> Any:
        return rows

    def get(self, request: CrmRequest) -> HttpResponse:
        response: Any = super().get(request)
        page = response.context_data["page"]
        response.context_data["pairs"] = [one for one in self._shown(page.rows) if one]
        return response

    def _shown(self, pairs: list[DuplicatePair]) -> list[dict[str, Any] | None]:
        """One query for the records of each kind; a pair of which one is gone is left out."""
        records = {kind: self._records(kind, [one for one in pairs if one.kind == kind]) for kind in MergeKind}
        return [_pair(one, records[MergeKind(one.kind)]) for one in pairs]

    def _records(self, kind: MergeKind, pairs: list[DuplicatePair]) -> dict[UUID, Any]:
        if not pairs:
            return {}
        model = KINDS[kind]
        joins = [name for name in SHOWN[model] if model._meta.get_field(name).is_relation]
        rows = reached(model.objects.select_related("owner", *joins), self.actor)
        pks = [pk for one in pairs for pk in (one.left_id, one.right_id)]
        return {row.pk: masked(self.actor, row) for row in rows.filter(pk__in=pks)}


def _pair(pair: DuplicatePair, records: dict[UUID, Any]) -> dict[str, Any] | None:
    one, other = records.get(pair.left_id), records.get(pair.right_id)
    if one is None or other is None:
        return None
    return {
        "pair": pair,
        "sides": [_side(one, other), _side(other, one)],
        "reasons": [(SAID[what], points) for what, points in pair.reasons if what in SAID],
        "merge_url": reverse(f"{one.RESOURCE}:merge", args=[one.pk]) + f"?other={other.pk}",
        "detail_url": f"{one.RESOURCE}:detail",
    }


def _side(record: Any, other: Any) -> Side:
    fields = [record._meta.get_field(name) for name in SHOWN[type(record)] if name not in record.hidden_fields]
    texts = [(str(capfirst(field.verbose_name)), text_of(record, field), text_of(other, field)) for field in fields]
    return Side(record, [(label, text, text == their) for label, text, their in texts if text])


@requires("customers:merge", "contacts:merge", "leads:merge")
class DuplicateDismiss(ActorPage):
    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        services.duplicate_dismiss(self.actor, pk)
        undo = f"undo:{reverse('duplicates:reopen', args=[pk])}"
        messages.success(request, _("These two stay two, and will not be shown again."), extra_tags=undo)
        return redirect("duplicates:list")


@requires("customers:merge", "contacts:merge", "leads:merge")
class DuplicateReopen(ActorPage):
    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        services.duplicate_reopen(self.actor, pk)
        messages.success(request, _("It is among the open ones again."))
        return redirect("duplicates:list")
