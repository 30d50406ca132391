"""Pages of templates: the list, saving one from the form of an export, renaming, sharing, deleting."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.errors import CrmError, Forbidden
from crm.core.pages import ActorPage, EditPage, ListPage
from crm.core.requests import CrmRequest
from crm.transfer.export_templates import services
from crm.transfer.export_templates.filters import TemplateFilters
from crm.transfer.export_templates.forms import TemplateForm
from crm.transfer.export_templates.models import ExportTemplate
from crm.transfer.exports.exporters import exporters
from crm.transfer.exports.formats import FORMATS
from crm.transfer.exports.forms import Order
from crm.transfer.exports.selecting import exporter_for, in_words


@requires("exports:read")
class TemplateList(ListPage):
    model = ExportTemplate
    filters = TemplateFilters
    template_name = "transfer/template_list.html"
    joins = ("owner", "team")

    def extra_context(self) -> dict[str, Any]:
        titles = [(name, one.title) for name, one in exporters().items()]
        formats = [(name, one.label) for name, one in FORMATS.items()]
        return {"resources": titles, "formats": formats, "may_write": bool(self.actor.may("exports:write"))}


@requires("exports:write")
class TemplateNew(ActorPage):
    """Asks for the name of what the form of an export holds."""

    def post(self, request: CrmRequest) -> HttpResponse:
        return self.ask(Order(request.POST))

    def ask(self, order: Order, refusal: CrmError | None = None) -> HttpResponse:
        """Raises Forbidden, and Invalid for what no form could have sent."""
        exporter = exporter_for(self.actor, order.resource)
        context = {
            "order": order,
            "exporter": exporter,
            "words": in_words(self.actor, exporter, order.filters, ()),
            "kind": FORMATS.get(order.format),
            "teams": list(zip(self.actor.team_ids, self.actor.team_names, strict=True)),
            "refusal": refusal,
        }
        status = refusal.status if refusal else 200
        return TemplateResponse(self.request, "transfer/template_form.html", context, status=status)


@requires("exports:write")
class TemplateCreate(TemplateNew):
    def post(self, request: CrmRequest) -> HttpResponse:
        order = Order(request.POST)
        try:
            template = services.export_template_create(self.actor, **self.asked_of(order))
        except Forbidden:
            raise
        except CrmError as refusal:
            return self.ask(order, refusal)
        messages.success(request, _("“%(name)s” was saved.") % {"name": template})
        return redirect("exports:templates_list")

    def asked_of(self, order: Order) -> dict[str, Any]:
        """One that follows a view keeps the view alone, so that it takes whatever that shows then."""
        teams = apps.get_model(settings.TEAM_MODEL)._default_manager.filter(pk__in=self.actor.team_ids)
        team = teams.filter(pk=order.team).first() if order.team else None
        asked = {"name": order.template_name, "resource": order.resource, "format": order.format, "team": team}
        asked["columns"] = order.columns
        return {**asked, "view": order.view} if order.follows_view else {**asked, "filters": order.filters}


@requires("exports:write")
class TemplateEdit(EditPage):
    model = ExportTemplate
    form_class = TemplateForm
    service = services.export_template_update
    list_url = "exports:templates_list"
    detail_url = "exports:templates_edit"

    def extra_context(self) -> dict[str, Any]:
        return {"noun": _("template"), "nouns": _("Export templates")}

    def _cancel_url(self, record: Any) -> str:
        return ""

    def done(self, record: Any, message: str) -> HttpResponse:
        messages.success(self.request, message)
        return redirect(self.list_url)


@requires("exports:write")
class TemplateDelete(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        services.export_template_delete(self.actor, pk)
        messages.success(request, _("The template was deleted. Schedules that ran it have stopped."))
        return redirect("exports:templates_list")
