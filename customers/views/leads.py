"""Pages of leads."""

from typing import Any

from auditlog.history_pages import HistoryPage, history_url
from crm.core.access import requires
from crm.core.custom_fields.showing import custom_facts
from crm.core.deletion import DeletePage
from crm.core.facts import facts_of
from crm.core.inline_editing import FieldPage
from crm.core.pages import ActionPage, CreatePage, DetailPage, EditPage
from crm.core.timeline import next_step_of
from crm.core.timeline_pages import TimelinePart, timeline_context
from crm.lists.pages import ViewedListPage
from customers import services
from customers.columns import LEAD_COLUMNS
from customers.duplicates import Duplicate, possible_duplicates
from customers.filters import LeadFilters
from customers.forms import LeadForm
from customers.models import Lead
from customers.models.choices import LeadStatus, Rating, Source
from customers.views.bulk import BulkPage
from customers.views.choices import OptionsPage, owner_choices
from customers.views.consents import consents_context

REACHED = ("email", "phone", "website")
QUALIFICATION = ("status", "rating", "score", "lead_type", "source")
ABOUT = ("company_name", "title", "industry", "annual_revenue", "employees", "owner")
EDITED_IN_PLACE = ("description", *REACHED, *QUALIFICATION, *ABOUT)


@requires("leads:read")
class LeadList(ViewedListPage):
    model, filters, columns = Lead, LeadFilters, LEAD_COLUMNS
    template_name = "leads/lead_list.html"
    list_url, detail_url = "leads:list", "leads:detail"

    def extra_context(self) -> dict[str, Any]:
        return {
            "statuses": LeadStatus.choices,
            "ratings": Rating.choices,
            "sources": Source.choices,
            "owners": owner_choices(self.actor),
        }


@requires("leads:read")
class LeadDetail(DetailPage):
    model = Lead
    template_name = "leads/lead_detail.html"
    joins = ("owner", "team", "converted_customer", "converted_contact", "converted_deal")

    def extra_context(self, record: Lead) -> dict[str, Any]:
        is_open = record.converted_at is None and not record.is_archived
        may_edit = is_open and bool(self.actor.covers("leads:write", record))
        edit_view = "leads:field" if may_edit else ""
        return {
            "reach": facts_of(record, REACHED, edit_view),
            "qualification": facts_of(record, QUALIFICATION, edit_view),
            "about": facts_of(record, ABOUT, edit_view),
            "history_url": history_url(self.actor, "leads:history", record),
            "custom": custom_facts(self.actor, record, edit_view),
            "next_step": next_step_of(self.actor, record),
            "record_id": str(record.pk),
            "may_edit": may_edit,
            "may_convert": is_open and bool(self.actor.covers("leads:convert", record)),
            "may_merge": record.converted_at is None and bool(self.actor.covers("leads:merge", record)),
            "may_delete": record.converted_at is None and bool(self.actor.covers("leads:delete", record)),
            **consents_context(record, "leads:consent", may_edit),
            **timeline_context(self.actor, record, "leads:timeline", {}),
        }


@requires("leads:read")
class LeadTimeline(TimelinePart):
    model, url_name = Lead, "leads:timeline"


@requires("audit:read")
class LeadHistory(HistoryPage):
    model, detail_url = Lead, "leads:detail"


@requires("leads:write")
class LeadCreate(CreatePage):
    model, form_class, service = Lead, LeadForm, services.lead_create
    list_url, detail_url = "leads:list", "leads:detail"

    def duplicates(self, form: Any) -> list[Duplicate]:
        return possible_duplicates(self.actor, Lead, form.values())


@requires("leads:write")
class LeadEdit(EditPage):
    model, form_class, service = Lead, LeadForm, services.lead_update
    list_url, detail_url = "leads:list", "leads:detail"


@requires("leads:write")
class LeadField(FieldPage):
    model, form_class, service = Lead, LeadForm, services.lead_update
    fields, url_name = EDITED_IN_PLACE, "leads:field"


@requires("leads:delete")
class LeadArchive(ActionPage):
    service, message = services.lead_archive, "{record} was archived."
    undo_url, done_url = "leads:restore", "leads:list"


@requires("leads:delete")
class LeadRestore(ActionPage):
    service, message = services.lead_restore, "{record} is back."
    done_url = "leads:detail"


@requires("leads:delete")
class LeadDelete(DeletePage):
    model, service = Lead, services.lead_delete
    list_url, detail_url = "leads:list", "leads:detail"


@requires("leads:write")
class LeadBulk(BulkPage):
    list_page, list_url = LeadList, "leads:list"


@requires("leads:read")
class LeadOptions(OptionsPage):
    model, ordering = Lead, ("last_name", "first_name", "id")
