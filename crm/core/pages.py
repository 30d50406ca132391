"""Staff pages: list, detail, create, edit; an app declares what differs."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from crm.core.actor import Actor
from crm.core.canaries import reached, searched_rows
from crm.core.custom_fields.showing import give_cells, offered_filters
from crm.core.erasable import Erasable, was_erased
from crm.core.errors import Conflict, CrmError, Invalid, NotFound, Stale
from crm.core.former_ids import moved_to
from crm.core.forms import RecordForm
from crm.core.listing import (
    RecordFilters,
    finds_few,
    listed,
    ordering_of,
    page_size_of,
    refuse_unknown,
)
from crm.core.paging import bounded_count, count_label, paginate
from crm.core.reading import rows_shown
from crm.core.requests import CrmRequest
from crm.core.sensitive import masked, note_reading

# Parameters that leave out no row.
NO_FILTER = {"cursor", "ordering", "page_size", "view", "columns"}


class ActorPage(View):
    request: CrmRequest

    @property
    def actor(self) -> Actor:
        return self.request.actor


class ListPage(ActorPage):
    """htmx asks for the rows alone."""

    model: ClassVar[type[Any]]
    filters: ClassVar[type[RecordFilters]]
    template_name: ClassVar[str]
    joins: ClassVar[tuple[str, ...]] = ("owner",)
    prefetches: ClassVar[tuple[str, ...]] = ()
    # What a search names may be a canary; an act on all that match must not meet one.
    may_show_canaries = True
    # Where few rows match, counting reads far more than the page does.
    is_counted: ClassVar[bool] = True

    def get(self, request: CrmRequest) -> HttpResponse:
        rows = self.rows()
        ordering = ordering_of(request.GET, self.filters.orderings())
        few = finds_few(rows, self.filters, request.GET, self.actor)
        page = paginate(self.joined(rows), ordering, request.GET.get("cursor"), page_size_of(request.GET), few)
        for row in page.rows:
            masked(self.actor, row)
        columns = give_cells(self.actor, self.model, page.rows)
        rows_shown(self.actor, len(page.rows))
        count, is_estimate = bounded_count(rows) if self.is_counted else (len(page.rows), False)
        context = {
            "page": page,
            "custom_columns": columns,
            "custom_filters": offered_filters(columns, request.GET),
            "ordering": ordering,
            "count": count,
            "count_label": count_label(count, is_estimate),
            "next_url": self._page_url(page.next_cursor),
            "previous_url": self._page_url(page.previous_cursor),
            "is_filtered": bool(set(request.GET) - NO_FILTER),
            **self.list_context(),
            **self.extra_context(),
        }
        template = f"{self.template_name}#rows" if request.headers.get("HX-Request") else self.template_name
        # Going back must not show a cached fragment as a page.
        return TemplateResponse(request, template, context, headers={"Vary": "HX-Request"})

    def rows(self) -> models.QuerySet[Any]:
        """What the filters in the URL leave, without joins, so that counting is cheap."""
        return self.rows_for(self.request.GET)

    def rows_for(self, params: QueryDict) -> models.QuerySet[Any]:
        refuse_unknown(params, self.known())
        query = params.get("search", "") if self.may_show_canaries else ""
        rows = searched_rows(self.model.objects.all(), self.actor, query, "list")
        return listed(rows, self.filters, without_blanks(params), self.actor)

    def joined(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return rows.select_related(*self.joins).prefetch_related(*self.prefetches)

    def known(self) -> set[str]:
        """What may stand in the address."""
        return self.filters.known()

    def list_context(self) -> dict[str, Any]:
        """What a kind of list pages adds; `extra_context` is what one page adds."""
        return {}

    def extra_context(self) -> dict[str, Any]:
        return {}

    def _page_url(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        params = self.request.GET.copy()
        params["cursor"] = cursor
        return f"?{params.urlencode()}"


class DetailPage(ActorPage):
    model: ClassVar[type[Any]]
    template_name: ClassVar[str]
    joins: ClassVar[tuple[str, ...]] = ("owner", "team")

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        try:
            record = visible(self.model.objects.select_related(*self.joins), self.actor, pk)
        except NotFound:
            return self._where_it_went(pk)
        note_reading(self.actor, record)
        return TemplateResponse(request, self.template_name, {"record": record, **self.extra_context(record)})

    def _where_it_went(self, pk: Any) -> HttpResponse:
        """To the record it was merged into, for now: a merge can be undone. Raises NotFound."""
        if (into := moved_to(self.actor, self.model, pk)) is None:
            raise NotFound()
        messages.info(self.request, _("The record you asked for was merged into this one."))
        return redirect(self.request.resolver_match.view_name, pk=into)  # type: ignore[union-attr]

    def extra_context(self, record: Any) -> dict[str, Any]:
        return {}


class FormPage(ActorPage):
    """A form whose save is a service; refusals of the service are shown in the form, and nothing typed is lost."""

    model: ClassVar[type[Any]]
    form_class: ClassVar[type[RecordForm]]
    service: ClassVar[Callable[..., Any]]
    template_name: ClassVar[str] = "components/form_page.html"
    list_url: ClassVar[str]
    detail_url: ClassVar[str]

    def render(self, form: RecordForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "record": form.instance, "list_url": reverse(self.list_url), **self.extra_context()}
        context["cancel_url"] = self._cancel_url(form.instance)
        return TemplateResponse(self.request, self.template_name, context, status=status)

    def _cancel_url(self, record: Any) -> str:
        return reverse(self.list_url) if record._state.adding else reverse(self.detail_url, kwargs={"pk": record.pk})

    def extra_context(self) -> dict[str, Any]:
        return {"noun": self.model._meta.verbose_name, "nouns": self.model._meta.verbose_name_plural}

    def refuse(self, form: RecordForm, error: CrmError) -> HttpResponse:
        for detail in error.details or [{"field": "", "message": error.message}]:
            form.add_error(detail["field"] if detail["field"] in form.fields else None, detail["message"])
        return self.render(form, error.status)

    def done(self, record: Any, message: str) -> HttpResponse:
        messages.success(self.request, message)
        return redirect(self.detail_url, pk=record.pk)


class CreatePage(FormPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        return self.render(self.form_class(actor=self.actor, initial=self.initial()))

    def initial(self) -> dict[str, Any]:
        """Values from the URL (`?customer=…`), and the actor as owner."""
        return {"owner": self.actor.id, "team": self.actor.home_team_id, **self.request.GET.dict()}

    def post(self, request: CrmRequest) -> HttpResponse:
        form = self.form_class(request.POST, actor=self.actor)
        if not form.is_valid():
            return self.render(form, 422)
        if repeated := self._already_created(form):
            return redirect(self.detail_url, pk=repeated.pk)
        if "create_anyway" not in request.POST and self.gives_pause(form):
            return self.render(form)
        try:
            record = type(self).service(self.actor, id=form.submission_id, **form.values())
        except (Invalid, Conflict) as refusal:
            repeated = self._already_created(form)
            return redirect(self.detail_url, pk=repeated.pk) if repeated else self.refuse(form, refusal)
        return self.done(record, f"{record} was created.")

    def gives_pause(self, form: RecordForm) -> bool:
        """Is there a reason to ask once more before another record is created?"""
        form.duplicates = self.duplicates(form)
        form.was_erased = issubclass(self.model, Erasable) and was_erased(form.values().get("email") or "")
        return bool(form.duplicates) or form.was_erased

    def duplicates(self, form: RecordForm) -> list[Any]:
        """Records that may be the same."""
        return []

    def _already_created(self, form: RecordForm) -> Any:
        """The record that the first of two identical submits made."""
        return self.model.objects.for_actor(self.actor).filter(pk=form.submission_id).first()


class EditPage(FormPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        record = visible(self.model.objects.all(), self.actor, pk)
        note_reading(self.actor, record)
        return self.render(self.form_class(instance=record, actor=self.actor))

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        record = visible(self.model.objects.all(), self.actor, pk)
        form = self.form_class(request.POST, instance=record, actor=self.actor)
        if not form.is_valid():
            return self.render(form, 422)
        try:
            saved = type(self).service(self.actor, pk, version=form.cleaned_data["version"], **form.values())
        except (Invalid, Conflict, Stale) as refusal:
            return self.refuse(form, refusal)
        return self.done(saved, f"{saved} was saved.")


class ActionPage(ActorPage):
    """One POST that runs a service and goes back with a message and, where there is one, an Undo."""

    service: ClassVar[Callable[..., Any]]
    message: ClassVar[str]
    undo_url: ClassVar[str] = ""
    done_url: ClassVar[str]

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        record = type(self).service(self.actor, pk)
        undo = f"undo:{reverse(self.undo_url, kwargs={'pk': pk})}" if self.undo_url else ""
        messages.success(request, self.message.format(record=record), extra_tags=undo)
        return redirect(self.done_url, **({"pk": pk} if self.done_url.endswith("detail") else {}))


def visible(rows: Any, actor: Actor, pk: Any, action: str = "read") -> Any:
    """Raises NotFound for what the actor cannot see."""
    record = reached(rows, actor, action).filter(pk=pk).first()
    if record is None:
        raise NotFound()
    return masked(actor, record)


def without_blanks(params: Any) -> Any:
    """An empty select in a filter form means "any"."""
    kept = params.copy()
    for name in [name for name in params if not params.get(name)]:
        del kept[name]
    return kept
