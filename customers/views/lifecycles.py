"""The page where an administrator says which status may follow which."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest, version_in
from customers import services
from customers.models import Lifecycle
from customers.models.lifecycle import BY_ITSELF, STATUSES


@dataclass(frozen=True, slots=True)
class Line:
    """One status, and for each other one whether it may follow."""

    label: str
    cells: list[tuple[str, str, bool]]


@requires("settings:write")
class LifecycleList(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        shown = [(one, *_table(one)) for one in Lifecycle.objects.for_actor(self.actor).order_by("holder")]
        return TemplateResponse(request, "custom_fields/lifecycles.html", {"lifecycles": shown})


@requires("settings:write")
class LifecycleEdit(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        lifecycle = visible(Lifecycle.objects.all(), self.actor, pk, "write")
        ticked = {tuple(one.split(">", 1)) for one in request.POST.getlist("allowed")}
        statuses = [value for value, _label in _statuses(lifecycle)]
        allowed = {one: [other for other in statuses if (one, other) in ticked] for one in statuses}
        services.lifecycle_update(self.actor, pk, version=version_in(request), allowed=allowed)
        messages.success(request, _("Saved. Records keep the status they have."))
        return redirect("lifecycles:list")


def _statuses(lifecycle: Lifecycle) -> list[tuple[str, str]]:
    return [(one.value, str(one.label)) for one in STATUSES[lifecycle.holder] if one not in BY_ITSELF]


def _table(lifecycle: Lifecycle) -> tuple[list[str], list[Line]]:
    """(headings, lines)"""
    statuses = _statuses(lifecycle)
    lines = [
        Line(label, [(f"{one}>{other}", text, other in lifecycle.allowed.get(one, ())) for other, text in statuses])
        for one, label in statuses
    ]
    return [label for _value, label in statuses], lines
