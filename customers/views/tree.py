"""The group of a customer: above, below, and what it all adds up to; each part is asked for when it is shown."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.canaries import belonging
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, EditPage, visible
from crm.core.requests import CrmRequest
from customers import services
from customers.forms import CustomerForm
from customers.models import Customer
from customers.tree import LEVELS, sums_of

CHILDREN_SHOWN = 50


@requires("customers:read")
class CustomerTree(ActorPage):
    """The line above and the level below; `?below=1` the level below alone, which opens a branch."""

    def get(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        refuse_unknown(request.GET, {"below"})
        record = visible(Customer.objects.all(), self.actor, pk)
        children = list(self._children(record)[: CHILDREN_SHOWN + 1])
        context = {"record": record, "children": children[:CHILDREN_SHOWN], "has_more": len(children) > CHILDREN_SHOWN}
        if request.GET.get("below") == "1":
            return TemplateResponse(request, "customers/_tree_level.html", context)
        return TemplateResponse(request, "customers/_tree.html", {**context, "above": self._above(record)})

    def _children(self, record: Customer) -> QuerySet[Any]:
        below = Customer.objects.for_actor(self.actor).active().filter(parent=OuterRef("pk"))
        rows: QuerySet[Any] = belonging(record.children, record, self.actor).active()
        return rows.annotate(has_children=Exists(below)).order_by("name", "id")

    def _above(self, record: Customer) -> list[Customer]:
        """From the top down, as far as the actor sees it."""
        line: list[Customer] = []
        parent_id = record.parent_id
        while parent_id and len(line) < LEVELS:
            parent = Customer.objects.for_actor(self.actor).filter(pk=parent_id).first()
            if parent is None:
                break
            line.insert(0, parent)
            parent_id = parent.parent_id
        return line


@requires("customers:read")
class CustomerGroup(ActorPage):
    """The sums, which take longer than the tree."""

    def get(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        record = visible(Customer.objects.all(), self.actor, pk)
        context = {"record": record, "sums": sums_of(self.actor, record)}
        return TemplateResponse(request, "customers/_group_sums.html", context)


@requires("customers:write")
class CustomerMove(ActorPage):
    """Puts a customer below `?parent=`, or at the top; the undo of a move is one, too."""

    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        refuse_unknown(request.GET, {"parent"})
        named = request.GET.get("parent") or request.POST.get("parent")
        parent = visible(Customer.objects.all(), self.actor, UUID(named)) if named else None
        record = services.customer_update(self.actor, pk, parent=parent)
        messages.success(request, _("%s was moved.") % record)
        return redirect("customers:detail", pk=pk)


@requires("customers:write")
class CustomerEdit(EditPage):
    """A move by the form can be undone by the notice."""

    model, form_class, service = Customer, CustomerForm, services.customer_update
    list_url, detail_url = "customers:list", "customers:detail"

    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        self.parent_before = visible(Customer.objects.all(), self.actor, pk).parent_id
        return super().post(request, pk)

    def done(self, record: Any, message: str) -> HttpResponse:
        if record.parent_id == self.parent_before:
            return super().done(record, message)
        undo = f"undo:{reverse('customers:move', args=[record.pk])}?parent={self.parent_before or ''}"
        messages.success(self.request, message, extra_tags=undo)
        return redirect(self.detail_url, pk=record.pk)
