"""Pages of customers."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse

from accounts.models import User
from crm.core.access import requires
from crm.core.pages import ActionPage, ActorPage, CreatePage, DetailPage, EditPage, ListPage
from crm.core.requests import CrmRequest
from crm.core.searching import matching
from crm.core.timeline import timeline_of
from customers import services
from customers.filters import CustomerFilters
from customers.forms import CustomerForm
from customers.models import Customer, Label
from customers.models.choices import CustomerStatus

OPTIONS_SHOWN = 20


@requires("customers:read")
class CustomerList(ListPage):
    model = Customer
    filters = CustomerFilters
    template_name = "customers/customer_list.html"
    prefetches = ("labels",)

    def extra_context(self) -> dict[str, Any]:
        return {
            "statuses": CustomerStatus.choices,
            "owners": [(user.pk, user) for user in User.objects.for_actor(self.actor)],
            "labels": [(label.pk, label) for label in Label.objects.for_actor(self.actor).active()],
        }


@requires("customers:read")
class CustomerDetail(DetailPage):
    model = Customer
    template_name = "customers/customer_detail.html"
    joins = ("owner", "team", "parent")

    def extra_context(self, record: Customer) -> dict[str, Any]:
        return {
            "contacts": record.contacts.for_actor(self.actor).active().order_by("last_name", "id")[:6],
            "children": record.children.for_actor(self.actor).active().order_by("name", "id")[:6],
            "labels": record.labels.all(),
            "timeline": timeline_of(self.actor, record),
        }


@requires("customers:write")
class CustomerCreate(CreatePage):
    model, form_class, service = Customer, CustomerForm, services.customer_create
    list_url, detail_url = "customers:list", "customers:detail"


@requires("customers:write")
class CustomerEdit(EditPage):
    model, form_class, service = Customer, CustomerForm, services.customer_update
    list_url, detail_url = "customers:list", "customers:detail"


@requires("customers:delete")
class CustomerArchive(ActionPage):
    service, message = services.customer_archive, "{record} was archived."
    undo_url, done_url = "customers:restore", "customers:list"


@requires("customers:delete")
class CustomerRestore(ActionPage):
    service, message = services.customer_restore, "{record} is back."
    done_url = "customers:detail"


@requires("customers:delete")
class CustomerDelete(ActionPage):
    service, message = services.customer_delete, "The customer was deleted for good."
    done_url = "customers:list"


@requires("customers:read")
class CustomerOptions(ActorPage):
    """Choices for a picker: `?q=` finds by fragment."""

    def get(self, request: CrmRequest) -> HttpResponse:
        found = matching(Customer.objects.for_actor(self.actor).active(), request.GET.get("q", ""))
        options = found.order_by("name", "id")[:OPTIONS_SHOWN]
        return TemplateResponse(request, "components/picker_options.html", {"options": options})
