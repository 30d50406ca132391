"""Keeping views: save, save as, rename and share, delete with an undo, and the view a list opens in."""

from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.errors import Conflict, CrmError, Forbidden, Invalid, NotFound, Stale
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest
from crm.lists import services
from crm.lists.forms import ViewForm
from crm.lists.models import LISTS, SavedView
from crm.lists.opening import views_of
from crm.lists.registry import list_named
from crm.lists.state import EVERYTHING, state_in

ANY_LIST = tuple(f"{name}:read" for name in LISTS)


class ViewPage(ActorPage):
    def found(self, pk: UUID) -> SavedView:
        view: SavedView | None = SavedView.objects.for_actor(self.actor).filter(pk=pk).first()
        if view is None:
            raise NotFound()
        return view

    def shown(self, page: type[Any]) -> dict[str, Any]:
        """What the list shows, as fields of a view, from the posted `query`."""
        return state_in(page, self.actor, QueryDict(self.request.POST.get("query", ""))).values()

    def team_of(self, form: ViewForm) -> Any:
        pk = form.cleaned_data.get("team")
        teams: Any = apps.get_model(settings.TEAM_MODEL)._default_manager
        return teams.filter(pk__in=self.actor.team_ids).filter(pk=pk).first() if pk else None

    def back_to(self, view: SavedView) -> HttpResponse:
        return redirect(f"{reverse(list_named(view.resource).list_url)}?view={view.pk}")

    def form_page(self, form: ViewForm, view: SavedView | None, resource: str, status: int = 200) -> HttpResponse:
        list_path = reverse(list_named(resource).list_url)
        query = self.request.POST.get("query", "")
        context = {
            "form": form,
            "view": view,
            "resource": resource,
            "query": query,
            "list_path": list_path,
            "cancel_url": f"{list_path}?view={view.pk}" if view else f"{list_path}?{query}",
        }
        return TemplateResponse(self.request, "lists/view_form.html", context, status=status)

    def refuse(self, form: ViewForm, error: CrmError, view: SavedView | None, resource: str) -> HttpResponse:
        for detail in error.details or [{"field": "", "message": error.message}]:
            form.add_error(detail["field"] if detail["field"] in form.fields else None, detail["message"])
        return self.form_page(form, view, resource, error.status)


@requires(*ANY_LIST)
class ViewCreate(ViewPage):
    def post(self, request: CrmRequest) -> HttpResponse:
        resource = request.POST.get("resource", "")
        page = list_named(resource)
        form = ViewForm(request.POST, actor=self.actor)
        if not form.is_valid():
            return self.form_page(form, None, resource, 422)
        values = {**form.values(), **self.shown(page), "team": self.team_of(form)}
        try:
            view = services.view_create(self.actor, resource=resource, **values)
        except (Invalid, Conflict) as refusal:
            return self.refuse(form, refusal, None, resource)
        messages.success(request, _("“%(name)s” was saved.") % {"name": view.name})
        return self.back_to(view)


@requires(*ANY_LIST)
class ViewSave(ViewPage):
    """What the list shows becomes what the view holds."""

    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        page = list_named(self.found(pk).resource)
        view = services.view_update(self.actor, pk, **self.shown(page))
        messages.success(request, _("“%(name)s” was saved.") % {"name": view.name})
        return self.back_to(view)


@requires(*ANY_LIST)
class ViewEdit(ViewPage):
    """Its name and who has it."""

    def get(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        view = self.found(pk)
        if not any(one.pk == view.pk and one.may_change for one in views_of(self.actor, view.resource)):
            raise Forbidden("Only its author, or who manages the team's records, may change this view.")
        return self.form_page(ViewForm(actor=self.actor, view=view), view, view.resource)

    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        view = self.found(pk)
        form = ViewForm(request.POST, actor=self.actor)
        if not form.is_valid():
            return self.form_page(form, view, view.resource, 422)
        values = form.values()
        if team := self.team_of(form):
            values["team"] = team
        try:
            saved = services.view_update(self.actor, pk, version=form.cleaned_data["version"], **values)
        except (Invalid, Conflict, Stale) as refusal:
            return self.refuse(form, refusal, view, view.resource)
        messages.success(request, _("“%(name)s” was saved.") % {"name": saved.name})
        return self.back_to(saved)


@requires(*ANY_LIST)
class ViewDelete(ViewPage):
    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        view = services.view_delete(self.actor, pk)
        undo = f"undo:{reverse('lists:restore', args=[pk])}" if view.owner_id == self.actor.id else ""
        messages.success(request, _("“%(name)s” was deleted.") % {"name": view.name}, extra_tags=undo)
        return redirect(f"{reverse(list_named(view.resource).list_url)}?view={EVERYTHING}")


@requires(*ANY_LIST)
class ViewRestore(ViewPage):
    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        view = services.view_restore(self.actor, pk)
        messages.success(request, _("“%(name)s” is back.") % {"name": view.name})
        return self.back_to(view)


@requires(*ANY_LIST)
class ViewDefault(ViewPage):
    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        view = services.view_make_default(self.actor, pk)
        is_default = view.defaults.filter(user=self.actor.id).exists()
        told = _("The list opens in “%(name)s” from now on.") if is_default else _("The list opens with everything.")
        messages.success(request, told % {"name": view.name})
        return self.back_to(view)
