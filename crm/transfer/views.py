"""Pages of imports: list, upload, mapping, check, progress, result."""

from collections.abc import Container
from datetime import timedelta
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from auditlog.services import record
from crm.core.access import requires
from crm.core.actor import Actor
from crm.core.errors import Conflict, CrmError, Forbidden
from crm.core.pages import ActorPage, ListPage, visible
from crm.core.requests import CrmRequest
from crm.transfer import services
from crm.transfer.drafts import LINK_CREATED
from crm.transfer.errors import Busy, WrongState
from crm.transfer.filters import ImportFilters
from crm.transfer.forms import (
    SettingsForm,
    UploadForm,
    importable,
    mapping_rows,
    words_chosen,
    words_rows,
)
from crm.transfer.importers import Importer, importer_for, importers
from crm.transfer.models import ImportRun, ImportState, RowStatus
from crm.transfer.presets import SOURCES
from crm.transfer.reports import error_rows
from crm.transfer.running import reading_of
from crm.transfer.settling import sample_of, unsettled
from crm.transfer.undoing import conflict_take_back
from crm.transfer.words import unmatched_in, words_used

SECONDS_A_STEP = 1.5
# A worker of the background has taken it up by then, unless there is none or others come first.
SOON = timedelta(seconds=15)
ROWS_SHOWN = 30
NOTES_SHOWN = 20
CONFLICTS_SHOWN = 100
STEPS = ("Upload", "Match columns", "Check", "Import")
STEP_OF_STATE = {"uploaded": 2, "mapped": 3, "previewed": 3, "running": 4}


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
        return TemplateResponse(request, "transfer/run.html", run_context(run, self.actor))


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
            words = words_chosen(request.POST)
            changed = services.import_map(self.actor, pk, **settings_of(form, run), mapping=mapping, words=words)
            if request.POST.get("again") or changed.mapping != mapping or unseen_words(changed, self.actor, words):
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


@requires("imports:read")
class State(ActorPage):
    """How far it is; the page asks until it is done. It goes on without any page."""

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        run = visible(ImportRun.objects.select_related("owner", "team"), self.actor, pk)
        if run.state not in ImportState.moving():
            return HttpResponse(headers={"HX-Redirect": reverse("transfer:detail", kwargs={"pk": pk})})
        return TemplateResponse(request, "transfer/run.html#state", run_context(run, self.actor))


@requires("imports:write")
class Undo(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        try:
            services.import_undo(self.actor, pk)
        except WrongState:
            messages.info(request, "There is nothing of this import left to undo.")
        return redirect("transfer:detail", pk=pk)


@requires("imports:write")
class TakeBack(ActorPage):
    """One record that undoing left alone."""

    def post(self, request: CrmRequest, pk: Any, conflict: Any) -> HttpResponse:
        run = visible(ImportRun.objects.all(), self.actor, pk)
        try:
            conflict_take_back(self.actor, get_object_or_404(run.conflicts, pk=conflict).pk)
        except Conflict as refusal:
            messages.error(request, refusal.message)
        return redirect("transfer:detail", pk=pk)


@requires("imports:write")
class Cancel(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        try:
            services.import_cancel(self.actor, pk)
        except WrongState:
            messages.info(request, "This import has already ended.")
        return redirect("transfer:detail", pk=pk)


@requires("imports:write")
class Resume(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        try:
            services.import_resume(self.actor, pk)
        except WrongState:
            messages.info(request, "This import does not wait to be continued.")
        return redirect("transfer:detail", pk=pk)


@requires("imports:write")
class Step(ActorPage):
    """Imports for a moment in this request, for whoever does not want to wait for its turn in the background."""

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
        return TemplateResponse(request, "transfer/run.html#state", run_context(run, self.actor))


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
        record(self.actor, "imports.downloaded", run, {"file": (None, name)})
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
        "step": STEP_OF_STATE.get(run.state, 5),
        "importer": importer_for(run.resource),
        "source_name": SOURCES.get(run.source, run.source),
    }


def mapping_page(
    request: CrmRequest, run: ImportRun, form: SettingsForm | None = None, status: int = 200
) -> HttpResponse:
    sample = sample_of(run, 200)
    rows = list(mapping_rows(run, sample))
    context = {
        **base_context(run),
        "step": 2,
        "form": form or SettingsForm(actor=request.actor, run=run),
        "rows": rows,
        "mapped_count": sum(1 for row in rows if row["chosen"]),
        "unsettled": unsettled(run),
        "refusal": importer_for(run.resource).refusal(request.actor, run.mapping),
        "words": list(words_rows(words_used(run, reading_of(run, request.actor)))),
    }
    return TemplateResponse(request, "transfer/mapping.html", context, status=status)


def unseen_words(run: ImportRun, actor: Actor, seen: Container[str]) -> bool:
    """Columns were mapped whose words a person has to choose for, and has not been shown."""
    found = words_used(run, reading_of(run, actor))
    return any(used.column.name not in seen for used in unmatched_in(found))


def check_context(run: ImportRun) -> dict[str, Any]:
    importer = importer_for(run.resource)
    columns = importer.all_columns()
    labels = [columns[name].label for name in run.mapping if name in columns]
    left_out = [header for header, name in zip(run.headers, run.mapping, strict=True) if not name]
    kinds = kind_rows(importer, run.rehearsal.get("kinds", {}))
    return {**base_context(run), "labels": labels, "left_out": left_out, "unsettled": unsettled(run), "kinds": kinds}


def kind_rows(importer: Importer, counts: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """What rows that hold several records made of each kind; none of others."""
    return [
        {
            "title": kind.title,
            "url": f"{reverse(kind.list_url)}?ordering=-created_at" if kind.list_url else "",
            **{status: counts[kind.resource].get(status, 0) for status in ("created", "updated", "unchanged")},
        }
        for kind in importer.kinds
        if kind.resource in counts
    ]


def run_context(run: ImportRun, actor: Actor) -> dict[str, Any]:
    importer = importer_for(run.resource)
    is_own = run.owner_id == actor.id and bool(actor.may("imports:write"))
    stayed_out = run.rows.filter(status__in=(RowStatus.FAILED, RowStatus.SKIPPED)).order_by("status", "line")
    is_over = run.state not in ImportState.moving()
    rows = list(stayed_out[:ROWS_SHOWN]) if is_over else []
    return {
        **base_context(run),
        "rows": rows,
        "notes": notes_of(run) if run.noted_count and is_over else [],
        "more": max(0, run.failed_count + run.skipped_count - len(rows)),
        "may_resume": is_own and run.may_go_on,
        "may_undo": bool(run.undone_until and actor.covers("imports:write", run)),
        "conflicts": list(run.conflicts.all()[:CONFLICTS_SHOWN]) if run.state == ImportState.UNDONE else [],
        "conflict_count": run.conflicts.count() if run.state == ImportState.UNDONE else 0,
        "may_cancel": bool(actor.covers("imports:write", run)),
        "is_waiting": not run.is_worked_on and _long_begun(run),
        "kinds": kind_rows(importer, run.kind_counts),
        "records_url": f"{reverse(importer.list_url)}?ordering=-created_at" if importer.list_url else "",
    }


def _long_begun(run: ImportRun) -> bool:
    return run.started_at is not None and timezone.now() - run.started_at > SOON


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
    options = {"date_order": values["date_order"], "match_on": values.get("match_on", "")}
    if "create_links" in form.fields:
        options["create_links"] = values["create_links"]
    names = ("resource", "source", "mode", "encoding", "delimiter")
    return {**{name: values[name] for name in names if name in values}, "options": options}


def refused(form: Any, error: CrmError) -> Any:
    for detail in error.details or [{"field": "", "message": error.message}]:
        form.add_error(detail["field"] if detail["field"] in form.fields else None, detail["message"])
    return form
