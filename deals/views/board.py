"""The board: a pipeline's stages as columns, moves saved one by one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.errors import NotFound
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest, version_in
from crm.core.responses import speaks_json
from crm.core.searching import matching
from customers.views.choices import owner_choices
from deals import services
from deals.board import Column, columns_of, fill_totals, more_cards
from deals.models import Deal, Pipeline, Stage

FILTERS = ("owner", "search")


class BoardRows(ActorPage):
    """What the board's filters (`owner`, `search`) leave of the deals the actor sees."""

    def rows(self) -> Any:
        params = self.request.GET
        rows: Any = Deal.objects.for_actor(self.actor).active()
        if search := params.get("search", "").strip():
            rows = matching(rows, search[:200], self.actor)
        if owner := params.get("owner"):
            rows = rows.filter(owner_id=uuid_of(owner))
        return rows

    def filter_query(self) -> str:
        """`?owner=…&search=…` for addresses that keep the filters, or nothing."""
        params = self.request.GET.copy()
        for name in [name for name in params if name not in FILTERS or not params[name]]:
            del params[name]
        return f"?{params.urlencode()}" if params else ""


@requires("deals:read")
class Board(BoardRows):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, {"pipeline", *FILTERS})
        stages = list(Stage.objects.for_actor(self.actor).select_related("pipeline"))
        pipelines = list(dict.fromkeys(stage.pipeline for stage in stages))
        pipeline = self._chosen(pipelines)
        columns = columns_of(self.actor, self.rows(), [stage for stage in stages if stage.pipeline_id == pipeline.pk])
        context = {
            "pipelines": pipelines,
            "pipeline": pipeline,
            "columns": columns,
            "owners": owner_choices(self.actor),
            "is_filtered": bool(self.filter_query()),
            "is_empty": not any(column.count for column in columns),
            "filter_query": self.filter_query(),
        }
        return TemplateResponse(request, "deals/board.html", context)

    def _chosen(self, pipelines: list[Pipeline]) -> Pipeline:
        wanted = self.request.GET.get("pipeline")
        if wanted:
            found = [pipeline for pipeline in pipelines if pipeline.pk == uuid_of(wanted)]
        else:
            found = sorted(pipelines, key=lambda pipeline: not pipeline.is_default)
        if not found:
            raise NotFound()
        return found[0]


@requires("deals:read")
class BoardColumn(BoardRows):
    """More cards of one column, and the button for the next ones."""

    def get(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        refuse_unknown(request.GET, {"cursor", *FILTERS})
        stage = visible(Stage.objects.all(), self.actor, pk)
        page = more_cards(self.actor, self.rows(), stage, request.GET.get("cursor", ""))
        context = {"cards": page.rows, "stage": stage, "cursor": page.next_cursor, "filter_query": self.filter_query()}
        return TemplateResponse(request, "deals/_more_cards.html", context)


@requires("deals:write")
class DealMove(BoardRows):
    """Posts `stage` (or has it in the address, as an Undo does); answers JSON to scripts, else goes to the deal."""

    def post(self, request: CrmRequest, pk: UUID, stage: UUID | None = None) -> HttpResponse:
        target = visible(
            Stage.objects.select_related("pipeline"), self.actor, stage or uuid_of(request.POST.get("stage"))
        )
        before = visible(Deal.objects.select_related("stage"), self.actor, pk)
        version = version_in(request)
        deal = services.deal_move(self.actor, pk, target, version, request.POST.get("lost_reason", ""))
        if before.stage_id == target.pk:
            told, undo = _("%(deal)s is in %(stage)s.") % {"deal": deal, "stage": target.name}, ""
        else:
            told = _("%(deal)s moved to %(stage)s.") % {"deal": deal, "stage": target.name}
            undo = f"{reverse('deals:move_to', args=[pk, before.stage_id])}?version={deal.version}"
        if speaks_json(request):
            columns = self._totals(before.stage, target)
            told_to_script = {"columns": columns, "undo_url": undo, "message": told, "version": deal.version}
            return JsonResponse({"ok": True, **told_to_script})
        messages.success(request, told, extra_tags=f"undo:{undo}" if undo else "")
        return redirect("deals:detail", pk=pk)

    def _totals(self, *stages: Stage) -> list[dict[str, Any]]:
        """Of the columns a move touches, under the filters of the board it was made on."""
        columns = [Column(stage) for stage in dict.fromkeys(stages)]
        fill_totals(self.rows(), columns)
        return [
            {"stage": str(column.stage.pk), "count": f"{column.count:,}", "sum": column.sum_label} for column in columns
        ]


def uuid_of(text: Any) -> UUID:
    """Raises NotFound for what is no id."""
    try:
        return UUID(str(text))
    except ValueError:
        raise NotFound() from None
