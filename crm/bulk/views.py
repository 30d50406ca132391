"""Pages of acts on many records: what to change, how far it is, what stayed and why, and the way back."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from auditlog.services import record
from crm.bulk import services
from crm.bulk.acts import Kind, kind_named
from crm.bulk.filters import BulkFilters
from crm.bulk.forms import ValueForm, fields_to_choose
from crm.bulk.models import BulkRun, BulkState
from crm.bulk.report import LEFT, left_as_csv
from crm.bulk.selecting import chosen_ids
from crm.core.access import requires
from crm.core.actor import Actor
from crm.core.errors import CrmError, Forbidden
from crm.core.pages import ActorPage, ListPage, visible
from crm.core.requests import CrmRequest
from crm.core.selection import Selection, filters_of

LISTS = ("customers", "contacts", "leads", "deals", "activities")
ACTING = tuple(f"{name}:{verb}" for name in LISTS for verb in ("write", "delete"))
LEFT_SHOWN = 50


@requires(*ACTING)
class BulkList(ListPage):
    model, filters = BulkRun, BulkFilters
    template_name = "bulk/bulk_list.html"
    joins = ()

    def extra_context(self) -> dict[str, Any]:
        return {"states": BulkState.choices}


@requires(*ACTING)
class BulkChange(ActorPage):
    """Which field becomes what. A list posts what was selected; `field` is chosen here, and `do=change` orders it."""

    def post(self, request: CrmRequest) -> HttpResponse:
        selection = Selection(request.POST)
        kind = kind_named(selection.resource)
        fields = fields_to_choose(self.actor, kind)
        name = request.POST.get("field", "")
        name = name if name in dict(fields) else fields[0][0]
        is_sent = request.POST.get("do") == "change"
        form = ValueForm(self.actor, kind, name, request.POST if is_sent else None)
        if not is_sent or not form.is_valid():
            return self._show(selection, kind, fields, form, 422 if is_sent else 200)
        try:
            return ordered(request, selection, kind, "update", form.values())
        except Forbidden:
            raise
        except CrmError as refusal:
            return self._show(selection, kind, fields, form, refusal.status, refusal)

    def _show(
        self,
        selection: Selection,
        kind: Kind,
        fields: list[tuple[str, Any]],
        form: ValueForm,
        status: int = 200,
        refusal: CrmError | None = None,
    ) -> HttpResponse:
        pks = chosen_ids(self.actor, kind, listed_filters(selection), selection.ids)
        context = {
            "selection": selection,
            "fields": fields,
            "form": form,
            "chosen_count": len(pks),
            "noun": noun_of(kind, len(pks)),
            "nouns": capfirst(noun_of(kind, 2)),
            "list_url": f"{reverse(kind.page.list_url)}?{selection.query}",
            "refusal": refusal,
        }
        return TemplateResponse(self.request, "bulk/change.html", context, status=status)


@requires(*ACTING)
class BulkDetail(ActorPage):
    def get(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        return TemplateResponse(request, "bulk/run.html", run_context(visible(BulkRun.objects.all(), self.actor, pk)))


@requires(*ACTING)
class BulkProgress(ActorPage):
    """The part of the page that changes; it asks for itself again until it is over."""

    def get(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        run = visible(BulkRun.objects.all(), self.actor, pk)
        return TemplateResponse(request, "bulk/run.html#state", run_context(run))


@requires(*ACTING)
class BulkCancel(ActorPage):
    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        services.bulk_cancel(self.actor, pk)
        return redirect("bulk:detail", pk=pk)


@requires(*ACTING)
class BulkUndo(ActorPage):
    """At once where it was small, else its page shows how far it is."""

    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        run = services.bulk_take_back(self.actor, pk)
        if run.state in BulkState.moving() or run.conflict_count:
            return redirect("bulk:detail", pk=pk)
        kind = kind_named(run.resource)
        told = _("Undone for %(count)s %(noun)s.")
        messages.success(request, told % {"count": run.undone_count, "noun": noun_of(kind, run.undone_count)})
        return redirect(kind.page.list_url)


@requires(*ACTING)
class BulkReport(ActorPage):
    def get(self, request: CrmRequest, pk: UUID) -> StreamingHttpResponse:
        run = visible(BulkRun.objects.all(), self.actor, pk)
        return csv_answer(self.actor, run, left_as_csv(run))


def ordered(
    request: CrmRequest, selection: Selection, kind: Kind, action: str, values: dict[str, Any] | None = None
) -> HttpResponse:
    """Orders it, and leads back to the list with an Undo, or to the page that shows how far it is. Raises CrmError."""
    run = services.bulk_order(
        request.actor,
        resource=kind.resource,
        action=action,
        values=values,
        filters=listed_filters(selection),
        ids=selection.ids,
    )
    if run.state in BulkState.moving() or run.stayed_count:
        return redirect("bulk:detail", pk=run.pk)
    undo = f"undo:{reverse('bulk:undo', args=[run.pk])}" if run.undone_until else ""
    told = {"about": run.about, "count": run.done_count, "noun": noun_of(kind, run.done_count)}
    messages.success(request, _("%(about)s. %(count)s %(noun)s changed.") % told, extra_tags=undo)
    return redirect(f"{reverse(kind.page.list_url)}?{selection.query}")


def listed_filters(selection: Selection) -> dict[str, str] | None:
    return filters_of(selection.query, but=("ordering",)) if selection.is_all_matching else None


def noun_of(kind: Kind, count: int) -> str:
    meta = kind.model._meta
    return str(meta.verbose_name if count == 1 else meta.verbose_name_plural)


def csv_answer(actor: Actor, run: BulkRun, lines: Iterable[str]) -> StreamingHttpResponse:
    """That it was taken is in the trail: it names records."""
    record(actor, "bulk_changes.downloaded", run, {"rows": (None, run.stayed_count + run.conflict_count)})
    headers = {
        "Content-Disposition": f'attachment; filename="left-{run.resource}-{run.created_at:%Y-%m-%d-%H%M}.csv"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def run_context(run: BulkRun) -> dict[str, Any]:
    kind = kind_named(run.resource)
    left = run.items.filter(state__in=LEFT)
    return {
        "run": run,
        "nouns": capfirst(noun_of(kind, 2)),
        "list_url": reverse(kind.page.list_url),
        "detail_url": kind.page.detail_url,
        "is_moving": run.state in BulkState.moving(),
        "left": [] if run.state in BulkState.moving() else list(left[:LEFT_SHOWN]),
        "left_count": run.stayed_count + run.conflict_count,
    }
