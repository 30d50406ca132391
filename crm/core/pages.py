"""Staff pages: list, detail, create, edit; an app declares what differs."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views import View

from crm.core.actor import Actor
from crm.core.errors import Conflict, CrmError, Invalid, NotFound, Stale
from crm.core.forms import RecordForm
from crm.core.listing import RecordFilters, filtered, ordering_of, page_size_of, refuse_unknown, searched, unarchived
from crm.core.paging import bounded_count, paginate
from crm.core.requests import CrmRequest
from crm.core.sensitive import masked


class ActorPage(View):
    request: CrmRequest

    @property
    def actor(self) -> Actor:
        return self.request.actor


class ListPage(ActorPage):
    """`columns` are (heading, ordering or "", css class). htmx asks for the rows alone."""

    model: ClassVar[type[Any]]
    filters: ClassVar[type[RecordFilters]]
    template_name: ClassVar[str]
    joins: ClassVar[tuple[str, ...]] = ("owner",)
    prefetches: ClassVar[tuple[str, ...]] = ()

    def get(self, request: CrmRequest) -> HttpResponse:
        rows = self.rows()
        ordering = ordering_of(request.GET, self.filters.orderings())
        page = paginate(self.joined(rows), ordering, request.GET.get("cursor"), page_size_of(request.GET))
        for row in page.rows:
            masked(self.actor, row)
        count, is_estimate = bounded_count(rows)
        context = {
            "page": page,
            "ordering": ordering,
            "count": count,
            "count_label": f"{count:,}+" if is_estimate else f"{count:,}",
            "next_url": self._page_url(page.next_cursor),
            "previous_url": self._page_url(page.previous_cursor),
            "is_filtered": bool(set(request.GET) - {"cursor", "ordering", "page_size"}),
            **self.extra_context(),
        }
        template = f"{self.template_name}#rows" if request.headers.get("HX-Request") else self.template_name
        # Going back must not show a cached fragment as a page.
        return TemplateResponse(request, template, context, headers={"Vary": "HX-Request"})

    def rows(self) -> models.QuerySet[Any]:
        """What the filters in the URL leave, without joins, so that counting is cheap."""
        return self.rows_for(self.request.GET)

    def rows_for(self, params: QueryDict) -> models.QuerySet[Any]:
        refuse_unknown(params, self.filters.known())
        rows = searched(unarchived(self.model.objects.for_actor(self.actor), params), self.filters, params, self.actor)
        return filtered(rows, self.filters, _without_blanks(params))

    def joined(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return rows.select_related(*self.joins).prefetch_related(*self.prefetches)

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
        record = visible(self.model.objects.select_related(*self.joins), self.actor, pk)
        return TemplateResponse(request, self.template_name, {"record": record, **self.extra_context(record)})

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
        if "create_anyway" not in request.POST and (form_duplicates := self.duplicates(form)):
            form.duplicates = form_duplicates
            return self.render(form)
        try:
            record = type(self).service(self.actor, id=form.submission_id, **form.values())
        except (Invalid, Conflict) as refusal:
            repeated = self._already_created(form)
            return redirect(self.detail_url, pk=repeated.pk) if repeated else self.refuse(form, refusal)
        return self.done(record, f"{record} was created.")

    def duplicates(self, form: RecordForm) -> list[Any]:
        """Records that may be the same; where there are any, the page asks once more before it creates another."""
        return []

    def _already_created(self, form: RecordForm) -> Any:
        """The record that the first of two identical submits made."""
        return self.model.objects.for_actor(self.actor).filter(pk=form.submission_id).first()


class EditPage(FormPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        record = visible(self.model.objects.all(), self.actor, pk)
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
    record = rows.for_actor(actor, action).filter(pk=pk).first()
    if record is None:
        raise NotFound()
    return masked(actor, record)


def _without_blanks(params: Any) -> Any:
    """An empty select in a filter form means "any"."""
    kept = params.copy()
    for name in [name for name in params if not params.get(name)]:
        del kept[name]
    return kept
