"""Pages of deals: list, detail, forms, people, and what other pages show of them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auditlog.history_pages import HistoryPage, history_url
from crm.core.access import requires
from crm.core.custom_fields.showing import custom_facts
from crm.core.deletion import DeletePage
from crm.core.facts import facts_of
from crm.core.inline_editing import FieldPage
from crm.core.pages import ActionPage, ActorPage, CreatePage, DetailPage, EditPage, visible
from crm.core.requests import CrmRequest
from crm.core.timeline_pages import TimelinePart, timeline_context
from crm.lists.pages import ViewedListPage
from customers.billing.credit import credit_of
from customers.models import Contact, Customer
from customers.views.bulk import TOLD, BulkPage
from customers.views.choices import OptionsPage, owner_choices
from deals import services
from deals.columns import DEAL_COLUMNS
from deals.filters import DealFilters
from deals.forms import DealContactForm, DealForm
from deals.models import Activity, Deal, Stage
from deals.models.activity import OPEN
from deals.models.choices import DealStatus
from deals.services.bulk import MOVE
from deals.stages import first_stage

FRAGMENT_ROWS = 6
PLAN = ("next_step", "expected_close_date", "probability", "forecast_category")
ABOUT = ("deal_type", "source", "owner")
EDITED_IN_PLACE = (*PLAN, *ABOUT)


@requires("deals:read")
class DealList(ViewedListPage):
    model, filters, columns = Deal, DealFilters, DEAL_COLUMNS
    template_name = "deals/deal_list.html"
    list_url, detail_url = "deals:list", "deals:detail"

    def extra_context(self) -> dict[str, Any]:
        stages = Stage.objects.for_actor(self.actor).select_related("pipeline")
        return {
            "statuses": DealStatus.choices,
            "stages": [(stage.pk, stage) for stage in stages],
            "owners": owner_choices(self.actor),
        }


@requires("deals:read")
class DealDetail(DetailPage):
    model = Deal
    template_name = "deals/deal_detail.html"
    joins = ("owner", "team", "customer", "stage", "pipeline")

    def extra_context(self, record: Deal) -> dict[str, Any]:
        stages = list(record.pipeline.stages.order_by("position", "id"))
        may_edit = not record.is_archived and bool(self.actor.covers("deals:write", record))
        edit_view = "deals:field" if may_edit else ""
        return {
            "may_edit": may_edit,
            "may_delete": bool(self.actor.covers("deals:delete", record)),
            "plan": facts_of(record, PLAN, edit_view),
            "about": facts_of(record, ABOUT, edit_view),
            "history_url": history_url(self.actor, "deals:history", record),
            "custom": custom_facts(self.actor, record, edit_view),
            "stages": stages,
            "open_stages": [stage for stage in stages if stage.status == DealStatus.OPEN],
            "won_stages": [stage for stage in stages if stage.status == DealStatus.WON],
            "lost_stages": [stage for stage in stages if stage.status == DealStatus.LOST],
            "people": people_of(self.actor, record),
            "contact_form": DealContactForm(actor=self.actor),
            "planned": planned_for(self.actor, record),
            "credit": credit_of(self.actor, record.customer) if record.status == DealStatus.OPEN else None,
            **timeline_context(self.actor, record, "deals:timeline", {}),
            "reopen_to": came_from(record) if record.status != DealStatus.OPEN else None,
        }


@requires("deals:read")
class DealTimeline(TimelinePart):
    model, url_name = Deal, "deals:timeline"


@requires("audit:read")
class DealHistory(HistoryPage):
    model, detail_url = Deal, "deals:detail"


@requires("deals:write")
class DealCreate(CreatePage):
    model, form_class, service = Deal, DealForm, services.deal_create
    list_url, detail_url = "deals:list", "deals:detail"

    def initial(self) -> dict[str, Any]:
        return {"stage": first_stage().pk, **super().initial()}


@requires("deals:write")
class DealEdit(EditPage):
    model, form_class, service = Deal, DealForm, services.deal_update
    list_url, detail_url = "deals:list", "deals:detail"


@requires("deals:delete")
class DealArchive(ActionPage):
    service, message = services.deal_archive, "{record} was archived."
    undo_url, done_url = "deals:restore", "deals:list"


@requires("deals:delete")
class DealRestore(ActionPage):
    service, message = services.deal_restore, "{record} is back."
    done_url = "deals:detail"


@requires("deals:delete")
class DealDelete(DeletePage):
    model, service = Deal, services.deal_delete
    list_url, detail_url = "deals:list", "deals:detail"


@requires("deals:write")
class DealField(FieldPage):
    model, form_class, service = Deal, DealForm, services.deal_update
    fields, url_name = EDITED_IN_PLACE, "deals:field"


@requires("deals:write", "deals:delete", "deals:assign")
class DealBulk(BulkPage):
    list_page, list_url = DealList, "deals:list"
    told = {**TOLD, MOVE: gettext_lazy("%(count)s %(noun)s moved.")}

    def _asked(self, action: str) -> tuple[str, dict[str, Any]]:
        return (MOVE, {"stage": self._named(Stage, "stage")}) if action == MOVE else super()._asked(action)

    def _act(self, action: str, pks: list[Any]) -> Any:
        if action == MOVE:
            return services.deals_move(self.actor, pks, self._named(Stage, "stage"))
        return super()._act(action, pks)


@requires("deals:read")
class DealOptions(OptionsPage):
    model, ordering = Deal, ("name", "id")


@requires("deals:write")
class DealContactAdd(ActorPage):
    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        deal = visible(Deal.objects.all(), self.actor, pk)
        form = DealContactForm(request.POST, actor=self.actor)
        if not form.is_valid():
            messages.error(request, _("Choose a contact from the list first."))
            return redirect("deals:detail", pk=pk)
        link = services.deal_contact_put(self.actor, deal.pk, form.cleaned_data["contact"], form.cleaned_data["role"])
        messages.success(request, _("%(contact)s is part of the deal.") % {"contact": link.contact})
        return redirect("deals:detail", pk=pk)


@requires("deals:write")
class DealContactRemove(ActorPage):
    def post(self, request: CrmRequest, pk: UUID, contact: UUID) -> HttpResponse:
        services.deal_contact_remove(self.actor, pk, contact)
        messages.success(request, _("The contact is no longer part of the deal."))
        return redirect("deals:detail", pk=pk)


class DealFragment(ActorPage):
    """The newest deals around a record, for the page of that record."""

    subject: type[Any]
    path: str

    def get(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        subject = visible(self.subject.objects.all(), self.actor, pk)
        rows = Deal.objects.for_actor(self.actor).active().filter(**{self.path: subject})
        found = list(rows.select_related("stage", "owner").order_by("-created_at", "-id")[: FRAGMENT_ROWS + 1])
        context = {
            "deals": found[:FRAGMENT_ROWS],
            "has_more": len(found) > FRAGMENT_ROWS,
            "subject": subject,
            "subject_name": subject._meta.model_name,
        }
        return TemplateResponse(request, "deals/_for_record.html", context)


@requires("deals:read")
class DealsForCustomer(DealFragment):
    subject, path = Customer, "customer"


@requires("deals:read")
class DealsForContact(DealFragment):
    subject, path = Contact, "deal_contacts__contact"


@requires("deals:read")
class DealPlanned(ActorPage):
    """The open activities of a deal; the page asks again when one was logged."""

    def get(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        deal = visible(Deal.objects.all(), self.actor, pk)
        context = {"record": deal, "planned": planned_for(self.actor, deal)}
        return TemplateResponse(request, "deals/_planned.html", context)


def planned_for(actor: Any, deal: Deal) -> list[Activity]:
    rows = Activity.objects.for_actor(actor).active().filter(deal=deal, status__in=OPEN)
    return list(rows.select_related("owner").order_by("due_at", "id")[:10])


def people_of(actor: Any, deal: Deal) -> list[Any]:
    links = deal.deal_contacts.select_related("contact").order_by("pk")
    return [link for link in links if actor.covers("contacts:read", link.contact)]


def came_from(deal: Deal) -> Stage | None:
    """The open stage a closed deal was in last."""
    steps = deal.stage_changes.filter(from_stage__status=DealStatus.OPEN, from_stage__pipeline=deal.pipeline_id)
    last = steps.select_related("from_stage").order_by("-at", "-id").first()
    return last.from_stage if last else deal.pipeline.stages.filter(status=DealStatus.OPEN).first()
