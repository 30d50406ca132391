"""Pages of exports: what is there, a new one, its progress and manifest, the file."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.errors import CrmError, Forbidden, NotFound
from crm.core.pages import ActorPage, ListPage, visible
from crm.core.paging import bounded_count, count_label
from crm.core.requests import CrmRequest
from crm.transfer.export_templates.models import ExportTemplate
from crm.transfer.export_templates.ordering import remaining_order
from crm.transfer.exports import services
from crm.transfer.exports.exporters import exporters
from crm.transfer.exports.filters import ExportFilters
from crm.transfer.exports.formats import FORMATS
from crm.transfer.exports.forms import Order, column_choices, format_choices
from crm.transfer.exports.handing_out import attachment
from crm.transfer.exports.manifest import sealed_manifest, title_of
from crm.transfer.exports.models import Export, ExportState
from crm.transfer.exports.selecting import chosen_rows, exporter_for, in_words


@requires("exports:read")
class ExportList(ListPage):
    model = Export
    filters = ExportFilters
    template_name = "transfer/export_list.html"
    joins = ()

    def extra_context(self) -> dict[str, Any]:
        titles = [(name, one.title) for name, one in exporters().items()]
        allowed = [(name, title) for name, title in titles if self.actor.may(f"{name}:export")]
        formats = [(name, one.label) for name, one in FORMATS.items()]
        return {"states": ExportState.choices, "resources": titles, "exportable": allowed, "formats": formats}


@requires("exports:write")
class ExportNew(ActorPage):
    """The form: from a list by its address, or with what was ticked there."""

    def get(self, request: CrmRequest) -> HttpResponse:
        if pk := request.GET.get("template"):
            template = visible(ExportTemplate.objects.all(), self.actor, _uuid(pk))
            order, gone = remaining_order(self.actor, template)
            return show_order(request, Order.of(**order), template=template, gone=gone)
        return show_order(request, Order(request.GET))

    def post(self, request: CrmRequest) -> HttpResponse:
        return show_order(request, Order(request.POST))


@requires("exports:write")
class ExportCreate(ActorPage):
    def post(self, request: CrmRequest) -> HttpResponse:
        order = Order(request.POST)
        try:
            export = services.export_create(
                self.actor,
                resource=order.resource,
                format=order.format,
                filters=order.filters,
                ids=order.ids or None,
                columns=order.columns,
            )
        except Forbidden:
            raise
        except CrmError as refusal:
            return show_order(request, order, refusal)
        return redirect("exports:detail", pk=export.pk)


@requires("exports:read")
class ExportDetail(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        return TemplateResponse(request, "transfer/export.html", export_context(self, pk))


@requires("exports:read")
class ExportProgress(ActorPage):
    """The part of the page that changes; it asks for itself again until the file is there."""

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        return TemplateResponse(request, "transfer/export.html#state", export_context(self, pk))


@requires("exports:read")
class ExportDownload(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponseBase:
        return attachment(services.export_download(self.actor, pk))


@requires("exports:read")
class ExportManifest(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        export = visible(Export.objects.all(), self.actor, pk)
        answer = JsonResponse(sealed_manifest(export), json_dumps_params={"indent": 1, "ensure_ascii": False})
        answer["Content-Disposition"] = f'attachment; filename="{export}-manifest.json"'
        return answer


@requires("exports:write")
class ExportDelete(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        services.export_delete(self.actor, pk)
        messages.success(request, _("The export and its file were deleted."))
        return redirect("exports:list")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound() from None


def show_order(request: CrmRequest, order: Order, refusal: CrmError | None = None, **more: Any) -> HttpResponse:
    """Raises Forbidden, and Invalid for an address that no list could have made."""
    exporter = exporter_for(request.actor, order.resource)
    rows, _ordering = chosen_rows(request.actor, exporter, order.filters, order.ids)
    count, is_estimate = bounded_count(rows)
    context = {
        "order": order,
        "exporter": exporter,
        "columns": column_choices(request.actor, exporter, order.columns),
        "formats": format_choices(exporter),
        "words": in_words(request.actor, exporter, order.filters, order.ids),
        "matching": count,
        "count_label": count_label(count, is_estimate),
        "refusal": refusal,
        "templates": ExportTemplate.objects.for_actor(request.actor).filter(resource=order.resource).order_by("name"),
        **more,
    }
    return TemplateResponse(request, "transfer/export_form.html", context, status=refusal.status if refusal else 200)


def export_context(page: ActorPage, pk: Any) -> dict[str, Any]:
    export = visible(Export.objects.all(), page.actor, pk)
    return {
        "export": export,
        "title": title_of(export),
        "kind": FORMATS[export.format],
        "manifest": sealed_manifest(export),
        "may_delete": bool(page.actor.may("exports:write")),
    }
