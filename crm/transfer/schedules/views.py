"""Pages of schedules: the list, one with its runs, and what can be done with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.access import requires
from crm.core.errors import CrmError, Forbidden, NotFound
from crm.core.pages import ActorPage, CreatePage, EditPage, ListPage, visible
from crm.core.paging import Page
from crm.core.requests import CrmRequest
from crm.transfer.export_templates.models import ExportTemplate
from crm.transfer.export_templates.ordering import what_is_gone
from crm.transfer.schedules import services
from crm.transfer.schedules.filters import ScheduleFilters
from crm.transfer.schedules.forms import ScheduleForm
from crm.transfer.schedules.models import OPEN, Destination, ExportSchedule, ScheduleState
from crm.transfer.schedules.opening import export_linked
from crm.transfer.schedules.words import last_runs, runs_of, when


@requires("exports:read")
class ScheduleList(ListPage):
    model = ExportSchedule
    filters = ScheduleFilters
    template_name = "transfer/schedule_list.html"
    joins = ("template",)

    def extra_context(self) -> dict[str, Any]:
        return {
            "states": ScheduleState.choices,
            "destinations": Destination.choices,
            "may_write": bool(self.actor.may("exports:write")),
            "has_templates": ExportTemplate.objects.for_actor(self.actor).exists(),
        }

    def get(self, request: CrmRequest) -> HttpResponse:
        answer: Any = super().get(request)
        page: Page = answer.context_data["page"]
        last = last_runs(list(page.rows))
        for row in page.rows:
            row.when, row.last = when(row), last.get(row.pk)
        return answer  # type: ignore[no-any-return]


@requires("exports:read")
class ScheduleDetail(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        return TemplateResponse(request, "transfer/schedule.html", schedule_context(self, pk))


@requires("exports:read")
class ScheduleRuns(ActorPage):
    """The part of the page that changes; it asks for itself again while a run is under way."""

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        return TemplateResponse(request, "transfer/schedule.html#runs", schedule_context(self, pk))


@requires("exports:write")
class ScheduleNew(CreatePage):
    model = ExportSchedule
    form_class = ScheduleForm
    service = services.export_schedule_create
    template_name = "transfer/schedule_form.html"
    list_url = "exports:schedules_list"
    detail_url = "exports:schedules_detail"

    def initial(self) -> dict[str, Any]:
        return {"template": self.request.GET.get("template"), "hour": 7, "destination": Destination.MAIL}

    def extra_context(self) -> dict[str, Any]:
        return {"noun": _("schedule"), "nouns": _("Scheduled exports")}


@requires("exports:write")
class ScheduleEdit(EditPage):
    model = ExportSchedule
    form_class = ScheduleForm
    service = services.export_schedule_update
    template_name = "transfer/schedule_form.html"
    list_url = "exports:schedules_list"
    detail_url = "exports:schedules_detail"

    def extra_context(self) -> dict[str, Any]:
        return {"noun": _("schedule"), "nouns": _("Scheduled exports")}


class ScheduleAct(ActorPage):
    """What does not go stays on the page, with why."""

    message: Any

    def act(self, pk: Any) -> object:
        raise NotImplementedError

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        try:
            self.act(pk)
            messages.success(request, self.message)
        except (Forbidden, NotFound):
            raise
        except CrmError as refusal:
            messages.error(request, refusal.details[0]["message"] if refusal.details else refusal.message)
        return redirect("exports:schedules_detail", pk=pk)


@requires("exports:write")
class ScheduleRun(ScheduleAct):
    message = gettext_lazy("It runs now.")

    def act(self, pk: Any) -> object:
        return services.export_schedule_run_now(self.actor, pk)


@requires("exports:write")
class SchedulePause(ScheduleAct):
    message = gettext_lazy("Paused: nothing runs until you resume it.")

    def act(self, pk: Any) -> object:
        return services.export_schedule_pause(self.actor, pk)


@requires("exports:write")
class ScheduleResume(ScheduleAct):
    message = gettext_lazy("It runs again, from the next time on.")

    def act(self, pk: Any) -> object:
        return services.export_schedule_resume(self.actor, pk)


@requires("exports:write")
class ScheduleDelete(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        services.export_schedule_delete(self.actor, pk)
        messages.success(request, _("The schedule was deleted. Files that it delivered stay where they are."))
        return redirect("exports:schedules_list")


@requires("exports:read")
class ScheduledLink(ActorPage):
    """Where the mail leads: to the page of the export, whose file is fetched there."""

    def get(self, request: CrmRequest, token: str) -> HttpResponse:
        return redirect("exports:detail", pk=export_linked(self.actor, token).pk)


def schedule_context(page: ActorPage, pk: Any) -> dict[str, Any]:
    schedule = visible(ExportSchedule.objects.select_related("template", "owner"), page.actor, pk)
    runs = runs_of(schedule)
    return {
        "schedule": schedule,
        "when": when(schedule),
        "runs": runs,
        "is_moving": any(run.state in OPEN for run in runs[:3]),
        "gone": what_is_gone(page.actor, schedule.template) if schedule.template else [],
        "may_write": bool(page.actor.may("exports:write")),
    }
