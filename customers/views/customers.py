"""Pages of customers."""

from typing import Any

from auditlog.history_pages import HistoryPage, history_url
from crm.core.access import requires
from crm.core.canaries import belonging
from crm.core.custom_fields.showing import custom_facts
from crm.core.deletion import DeletePage
from crm.core.facts import facts_of
from crm.core.inline_editing import FieldPage
from crm.core.pages import ActionPage, CreatePage, DetailPage
from crm.core.sensitive import masked
from crm.core.timeline import next_step_of
from crm.core.timeline_pages import TimelinePart, timeline_context
from crm.lists.pages import ViewedListPage
from customers import services
from customers.columns import CUSTOMER_COLUMNS
from customers.duplicates import Duplicate, possible_duplicates
from customers.filters import CustomerFilters
from customers.forms import CustomerForm
from customers.models import Customer
from customers.models.choices import CustomerStatus, CustomerType
from customers.services.customers import with_domain
from customers.views.bulk import BulkPage
from customers.views.choices import OptionsPage, label_choices, owner_choices
from customers.views.further import further_of, identifiers_of
from customers.views.labels import labels_of

RELATED_SHOWN = 6
REACHED = ("website", "email", "phone")
ABOUT = ("customer_type", "industry", "annual_revenue", "employees", "rating", "ownership", "source", "tax_id")
EDITED_IN_PLACE = ("status", "owner", "domain", "description", *REACHED, *ABOUT)


@requires("customers:read")
class CustomerList(ViewedListPage):
    model, filters, columns = Customer, CustomerFilters, CUSTOMER_COLUMNS
    template_name = "customers/customer_list.html"
    list_url, detail_url = "customers:list", "customers:detail"

    def extra_context(self) -> dict[str, Any]:
        return {
            "statuses": CustomerStatus.choices,
            "types": CustomerType.choices,
            "owners": owner_choices(self.actor),
            "labels": label_choices(self.actor),
        }


@requires("customers:read")
class CustomerDetail(DetailPage):
    model = Customer
    template_name = "customers/customer_detail.html"
    joins = ("owner", "team", "parent")

    def extra_context(self, record: Customer) -> dict[str, Any]:
        edit_view = "customers:field" if self.may_edit(record) else ""
        contacts = (
            belonging(record.contacts, record, self.actor).active().order_by("last_name", "id")[: RELATED_SHOWN + 1]
        )
        return {
            "reach": facts_of(record, REACHED, edit_view),
            "about": facts_of(record, (*ABOUT, "owner", "status"), edit_view),
            "history_url": history_url(self.actor, "customers:history", record),
            "custom": custom_facts(self.actor, record, edit_view),
            "identifiers": list(identifiers_of(record)),
            "addresses": _addresses(record),
            "further": further_of(record),
            "contacts": [masked(self.actor, contact) for contact in contacts],
            "in_group": record.parent_id or belonging(record.children, record, self.actor).active().exists(),
            "related_shown": RELATED_SHOWN,
            "labels": labels_of(record),
            "next_step": next_step_of(self.actor, record),
            "record_id": str(record.pk),
            "may_edit": bool(edit_view),
            "may_delete": bool(self.actor.covers("customers:delete", record)),
            "may_merge": bool(self.actor.covers("customers:merge", record)),
            **timeline_context(self.actor, record, "customers:timeline", {}),
        }

    def may_edit(self, record: Customer) -> bool:
        return bool(self.actor.covers("customers:write", record)) and not record.is_archived


@requires("customers:read")
class CustomerTimeline(TimelinePart):
    model, url_name = Customer, "customers:timeline"


@requires("audit:read")
class CustomerHistory(HistoryPage):
    model, detail_url = Customer, "customers:detail"


@requires("customers:write")
class CustomerCreate(CreatePage):
    model, form_class, service = Customer, CustomerForm, services.customer_create
    list_url, detail_url = "customers:list", "customers:detail"

    def duplicates(self, form: Any) -> list[Duplicate]:
        return possible_duplicates(self.actor, Customer, with_domain(form.values()))


@requires("customers:write")
class CustomerField(FieldPage):
    model, form_class, service = Customer, CustomerForm, services.customer_update
    fields, url_name = EDITED_IN_PLACE, "customers:field"


@requires("customers:delete")
class CustomerArchive(ActionPage):
    service, message = services.customer_archive, "{record} was archived."
    undo_url, done_url = "customers:restore", "customers:list"


@requires("customers:delete")
class CustomerRestore(ActionPage):
    service, message = services.customer_restore, "{record} is back."
    done_url = "customers:detail"


@requires("customers:delete")
class CustomerDelete(DeletePage):
    model, service = Customer, services.customer_delete
    list_url, detail_url = "customers:list", "customers:detail"


@requires("customers:write")
class CustomerBulk(BulkPage):
    list_page, list_url = CustomerList, "customers:list"


@requires("customers:read")
class CustomerOptions(OptionsPage):
    model, ordering = Customer, ("name", "id")


def _addresses(record: Customer) -> list[tuple[str, list[str]]]:
    """(which, lines) of each address that has any."""
    kinds = (("billing", "Billing address"), ("shipping", "Shipping address"))
    lines = [(title, address_lines(record, f"{kind}_")) for kind, title in kinds]
    return [(title, parts) for title, parts in lines if parts]


def address_lines(record: Any, prefix: str = "") -> list[str]:
    street, code, city, state, country = (
        getattr(record, prefix + name) for name in ("street", "postal_code", "city", "state", "country")
    )
    return [line for line in (street, f"{code} {city}".strip(), state, country) if line]
