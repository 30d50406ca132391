"""The pages of the jobs: how they stand, one with its recent runs, and the buttons."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.core.access import requires
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, EditPage, visible
from crm.core.requests import CrmRequest
from crm.ops.job_forms import JobForm
from crm.ops.job_services import job_run_now, job_update
from crm.ops.job_standing import standing_of, standings_with_runs
from crm.ops.models import Job, JobRun

RECENT = 50


@requires("settings:manage")
class JobList(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        return TemplateResponse(request, "settings/jobs.html", {"standings": standings_with_runs()})


@requires("settings:manage")
class JobPage(EditPage):
    """Its schedule, which can be changed here, and how it went."""

    model = Job
    form_class = JobForm
    service = staticmethod(job_update)
    template_name = "settings/job.html"
    list_url, detail_url = "settings:jobs", "settings:jobs_detail"

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        refuse_unknown(request.GET, set())
        return super().get(request, pk)

    def extra_context(self) -> dict[str, Any]:
        job = visible(Job.objects.all(), self.actor, self.kwargs["pk"])
        runs = JobRun.objects.filter(job=job.name).order_by("-slot")[:RECENT]
        return {"standing": standing_of(job), "runs": list(runs)}


@requires("settings:manage")
@require_POST
def job_switch(request: CrmRequest, pk: str) -> HttpResponse:
    job = visible(Job.objects.all(), request.actor, pk)
    saved = job_update(request.actor, pk, version=job.version, is_enabled=not job.is_enabled)
    word = _("switched on") if saved.is_enabled else _("switched off")
    messages.success(request, _("%(job)s was %(word)s.") % {"job": str(saved).capitalize(), "word": word})
    return redirect("settings:jobs_detail", pk=pk)


@requires("settings:manage")
@require_POST
def job_run(request: CrmRequest, pk: str) -> HttpResponse:
    job_run_now(request.actor, pk)
    messages.success(request, _("It runs in a moment; its result shows here."))
    return redirect("settings:jobs_detail", pk=pk)
