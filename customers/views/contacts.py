"""Pages of contacts."""

from typing import Any

from auditlog.history_pages import HistoryPage, history_url
from crm.core.access import requires
from crm.core.canaries import belonging
from crm.core.custom_fields.showing import custom_facts
from crm.core.deletion import DeletePage
from crm.core.facts import facts_of
from crm.core.inline_editing import FieldPage
from crm.core.pages import ActionPage, CreatePage, DetailPage, EditPage
from crm.core.timeline import next_step_of
from crm.core.timeline_pages import TimelinePart, timeline_context
from crm.lists.pages import ViewedListPage
from customers import services
from customers.columns import CONTACT_COLUMNS
from customers.duplicates import Duplicate, possible_duplicates
from customers.filters import ContactFilters
from customers.forms import ContactForm
from customers.models import Contact
from customers.models.choices import ContactType
from customers.views.bulk import BulkPage
from customers.views.choices import OptionsPage, owner_choices
from customers.views.consents import consents_context
from customers.views.customers import address_lines
from customers.views.further import further_of

RELATED_SHOWN = 6
REACHED = ("email", "phone", "mobile_phone", "linkedin_url")
ABOUT = ("title", "department", "contact_type", "birthdate", "lead_source")
EDITED_IN_PLACE = ("owner", "description", *REACHED, *ABOUT)


@requires("contacts:read")
class ContactList(ViewedListPage):
    model, filters, columns = Contact, ContactFilters, CONTACT_COLUMNS
    template_name = "contacts/contact_list.html"
    list_url, detail_url = "contacts:list", "contacts:detail"

    def extra_context(self) -> dict[str, Any]:
        return {"types": ContactType.choices, "owners": owner_choices(self.actor)}


@requires("contacts:read")
class ContactDetail(DetailPage):
    model = Contact
    template_name = "contacts/contact_detail.html"
    joins = ("owner", "team", "customer", "reports_to")

    def extra_context(self, record: Contact) -> dict[str, Any]:
        may_edit = bool(self.actor.covers("contacts:write", record)) and not record.is_archived
        edit_view = "contacts:field" if may_edit else ""
        return {
            "reach": facts_of(record, REACHED, edit_view),
            "about": facts_of(record, (*ABOUT, "owner"), edit_view),
            "history_url": history_url(self.actor, "contacts:history", record),
            "custom": custom_facts(self.actor, record, edit_view),
            "address": address_lines(record),
            "further": further_of(record, may_edit),
            "reports": belonging(record.reports, record, self.actor)
            .active()
            .order_by("last_name", "id")[:RELATED_SHOWN],
            "next_step": next_step_of(self.actor, record),
            "record_id": str(record.pk),
            "may_edit": may_edit,
            "may_delete": bool(self.actor.covers("contacts:delete", record)),
            "may_merge": bool(self.actor.covers("contacts:merge", record)),
            **consents_context(record, "contacts:consent", may_edit),
            **timeline_context(self.actor, record, "contacts:timeline", {}),
        }


@requires("contacts:read")
class ContactTimeline(TimelinePart):
    model, url_name = Contact, "contacts:timeline"


@requires("audit:read")
class ContactHistory(HistoryPage):
    model, detail_url = Contact, "contacts:detail"


@requires("contacts:write")
class ContactCreate(CreatePage):
    model, form_class, service = Contact, ContactForm, services.contact_create
    list_url, detail_url = "contacts:list", "contacts:detail"

    def duplicates(self, form: Any) -> list[Duplicate]:
        return possible_duplicates(self.actor, Contact, form.values())


@requires("contacts:write")
class ContactEdit(EditPage):
    model, form_class, service = Contact, ContactForm, services.contact_update
    list_url, detail_url = "contacts:list", "contacts:detail"


@requires("contacts:write")
class ContactField(FieldPage):
    model, form_class, service = Contact, ContactForm, services.contact_update
    fields, url_name = EDITED_IN_PLACE, "contacts:field"


@requires("contacts:delete")
class ContactArchive(ActionPage):
    service, message = services.contact_archive, "{record} was archived."
    undo_url, done_url = "contacts:restore", "contacts:list"


@requires("contacts:delete")
class ContactRestore(ActionPage):
    service, message = services.contact_restore, "{record} is back."
    done_url = "contacts:detail"


@requires("contacts:delete")
class ContactDelete(DeletePage):
    model, service = Contact, services.contact_delete
    list_url, detail_url = "contacts:list", "contacts:detail"


@requires("contacts:write")
class ContactBulk(BulkPage):
    list_page, list_url = ContactList, "contacts:list"


@requires("contacts:read")
class ContactOptions(OptionsPage):
    model, ordering = Contact, ("last_name", "first_name", "id")
