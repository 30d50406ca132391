"""Pages of imports: list, upload, mapping, check, progress, result."""

from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from crm.core.access import requires
from crm.core.errors import CrmError, Forbidden
from crm.core.pages import ActorPage, ListPage, visible
from crm.core.requests import CrmRequest
from crm.transfer import services
from crm.transfer.drafts import LINK_CREATED
from crm.transfer.errors import Busy, WrongState
from crm.transfer.filters import ImportFilters
from crm.transfer.forms import SettingsForm, UploadForm, importable, mapping_rows
from crm.transfer.importers import importer_for, importers
from crm.transfer.models import ImportRun, ImportState, RowStatus
from crm.transfer.presets import SOURCES
from crm.transfer.reports import error_rows

SECONDS_A_STEP = 1.5
ROWS_SHOWN = 30
NOTES_SHOWN = 20
STEPS = ("Upload", "Match columns", "Check", "Import")
STEP_OF_STATE = {"uploaded": 2, "mapped": 3, "previewed": 3, "running": 4, "finished": 5, "failed": 5}


@requires("imports:read")
class ImportList(ListPage):
    model = ImportRun
    filters = ImportFilters
    template_name = "transfer/import_list.html"

    def extra_context(self) -> dict[str, Any]:
        return {"states": ImportState.choices, "resources": [(name, one.title) for name, one in importers().items()]}


@requires("imports:write")
class Upload(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        return self._show(UploadForm(actor=self.actor, initial={"resource": request.GET.get("resource", "")}))

    def post(self, request: CrmRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES, actor=self.actor)
        if not form.is_valid():
            return self._show(form, 422)
        try:
            run = services.import_create(self.actor, **form.cleaned_data)
        except Forbidden:
            raise
        except CrmError as refusal:
            return self._show(refused(form, refusal), refusal.status)
        return redirect("transfer:detail", pk=run.pk)

    def _show(self, form: UploadForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "steps": STEPS, "step": 1, "importable": importable(self.actor)}
        return TemplateResponse(self.request, "transfer/upload.html", context, status=status)


@requires("imports:read")
class ImportDetail(ActorPage):
    """Shows whatever the import waits for."""

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        run = visible(ImportRun.objects.select_related("owner", "team"), self.actor, pk)
        if run.state in services.BEFORE_START and run.owner_id != self.actor.id:
            return TemplateResponse(request, "transfer/waiting.html", base_context(run))
        if run.state == ImportState.UPLOADED:
            return mapping_page(request, run)
        if run.state in (ImportState.MAPPED, ImportState.PREVIEWED):
            return TemplateResponse(request, "transfer/check.html", check_context(run))
        return TemplateResponse(request, "transfer/run.html", run_context(run))


@requires("imports:write")
class Mapping(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        run = own_waiting(self.actor, pk)
        return mapping_page(request, run)

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        run = own_waiting(self.actor, pk)
        form = SettingsForm(request.POST, actor=self.actor, run=run)
        if not form.is_valid():
            return mapping_page(request, run, form, 422)
        mapping = [request.POST.get(f"column-{index}", "") for index in range(len(run.headers))]
        try:
            changed = services.import_map(self.actor, pk, **settings_of(form, run), mapping=mapping)
            if request.POST.get("again") or changed.mapping != mapping:
                return redirect("transfer:mapping", pk=pk)
            services.import_rehearse(self.actor, pk)
        except Forbidden:
            raise
        except CrmError as refusal:
            run = visible(ImportRun.objects.all(), self.actor, pk)
            return mapping_page(request, run, refused(form, refusal), refusal.status)
        return redirect("transfer:detail", pk=pk)


@requires("imports:write")
class Start(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        try:
            services.import_start(self.actor, visible(ImportRun.objects.all(), self.actor, pk).pk)
        except WrongState:
            messages.info(request, "This import was already started.")
        return redirect("transfer:detail", pk=pk)


@requires("imports:write")
class Step(ActorPage):
    """Imports for a moment and shows how far it is; the page asks again until it is done."""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        run = visible(ImportRun.objects.select_related("owner", "team"), self.actor, pk)
        try:
            run = services.import_step(self.actor, run, SECONDS_A_STEP)
        except (Busy, WrongState):
            run.refresh_from_db()
        if not request.headers.get("HX-Request"):
            return redirect("transfer:detail", pk=pk)
        if run.state != ImportState.RUNNING:
            return HttpResponse(headers={"HX-Redirect": reverse("transfer:detail", kwargs={"pk": pk})})
        return TemplateResponse(request, "transfer/run.html#state", run_context(run))


@requires("imports:write")
class Delete(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        services.import_delete(self.actor, pk)
        messages.success(request, "The import was removed from this list. Imported records stay.")
        return redirect("transfer:imports")


@requires("imports:read")
class ErrorFile(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> StreamingHttpResponse:
        run = visible(ImportRun.objects.all(), self.actor, pk)
        name = f"{''.join(char if char.isalnum() else '-' for char in run.stem)[:80]}-errors.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
        return StreamingHttpResponse(error_rows(run), content_type="text/csv; charset=utf-8", headers=headers)


def own_waiting(actor: Any, pk: Any) -> ImportRun:
    """Raises NotFound, Forbidden, WrongState."""
    run = visible(ImportRun.objects.select_related("team"), actor, pk, "write")
    if run.owner_id != actor.id:
        raise Forbidden("Only the person who uploaded this file can import it.")
    if run.state not in services.BEFORE_START:
        raise WrongState()
    return run


def base_context(run: ImportRun) -> dict[str, Any]:
    return {
        "run": run,
        "steps": STEPS,
        "step": STEP_OF_STATE[run.state],
        "importer": importer_for(run.resource),
        "source_name": SOURCES.get(run.source, run.source),
    }


def mapping_page(
    request: CrmRequest, run: ImportRun, form: SettingsForm | None = None, status: int = 200
) -> HttpResponse:
    sample = services.sample_of(run, 200)
    rows = list(mapping_rows(run, sample))
    context = {
        **base_context(run),
        "step": 2,
        "form": form or SettingsForm(actor=request.actor, run=run),
        "rows": rows,
        "mapped_count": sum(1 for row in rows if row["chosen"]),
        "unsettled": services.unsettled(run),
    }
    return TemplateResponse(request, "transfer/mapping.html", context, status=status)


def check_context(run: ImportRun) -> dict[str, Any]:
    importer = importer_for(run.resource)
    labels = [importer.columns[name].label for name in run.mapping if name in importer.columns]
    left_out = [header for header, name in zip(run.headers, run.mapping, strict=True) if not name]
    return {**base_context(run), "labels": labels, "left_out": left_out, "unsettled": services.unsettled(run)}


def run_context(run: ImportRun) -> dict[str, Any]:
    importer = importer_for(run.resource)
    stayed_out = run.rows.filter(status__in=(RowStatus.FAILED, RowStatus.SKIPPED)).order_by("status", "line")
    rows = list(stayed_out[:ROWS_SHOWN]) if run.state == ImportState.FINISHED else []
    return {
        **base_context(run),
        "rows": rows,
        "notes": notes_of(run) if run.noted_count and run.state == ImportState.FINISHED else [],
        "more": max(0, run.failed_count + run.skipped_count - len(rows)),
        "records_url": f"{reverse(importer.list_url)}?ordering=-created_at",
    }


def notes_of(run: ImportRun) -> list[Any]:
    """Rows that came in with something to be told, companies made on the way aside."""
    came_in = run.rows.exclude(status__in=(RowStatus.FAILED, RowStatus.SKIPPED)).order_by("line")
    telling = (
        row for row in came_in.iterator(chunk_size=500) if any(one["code"] != LINK_CREATED for one in row.reasons)
    )
    return list(islice(telling, NOTES_SHOWN))


def settings_of(form: SettingsForm, run: ImportRun) -> dict[str, Any]:
    """The form's values as import_map takes them; an encoding counts as confirmed once it was sent."""
    values = form.cleaned_data
    options = {"date_order": values["date_order"]}
    if "create_links" in form.fields:
        options["create_links"] = values["create_links"]
    names = ("resource", "source", "mode", "encoding", "delimiter")
    return {**{name: values[name] for name in names}, "options": options}


def refused(form: Any, error: CrmError) -> Any:
    for detail in error.details or [{"field": "", "message": error.message}]:
        form.add_error(detail["field"] if detail["field"] in form.fields else None, detail["message"])
    return form
