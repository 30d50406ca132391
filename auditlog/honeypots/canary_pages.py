"""What is planted: the list, planting more, minting a key that is shown once, and taking one back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auditlog.honeypots.canaries import flocks, maker
from auditlog.honeypots.forms import DecoyKeyForm, PlantForm
from crm.core.access import requires
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest

MOST_SHOWN = 200


@requires("security:manage")
class Canaries(ActorPage):
    """Looking here is no touch."""

    def get(self, request: CrmRequest) -> HttpResponse:
        return self.show(PlantForm(actor=self.actor), DecoyKeyForm())

    def show(self, plant: PlantForm, mint: DecoyKeyForm, status: int = 200) -> HttpResponse:
        context = {"planted": self.planted(), "plant": plant, "mint": mint}
        return TemplateResponse(self.request, "security/canaries.html", context, status=status)

    def planted(self) -> list[dict[str, Any]]:
        return [
            {"flock": flock, "canary": canary, "about": flock.about(canary)}
            for flock in flocks()
            for canary in flock.rows(self.actor).order_by("-created_at", "pk")[:MOST_SHOWN]
        ]


@requires("security:manage")
class RecordsPlant(Canaries):
    def post(self, request: CrmRequest) -> HttpResponse:
        form = PlantForm(request.POST, actor=self.actor)
        if not form.is_valid():
            return self.show(form, DecoyKeyForm(), 422)
        planted = len(maker("records")(self.actor, **form.cleaned_data))
        text = ngettext("%(count)s record was planted.", "%(count)s records were planted.", planted)
        messages.success(request, text % {"count": planted})
        return redirect("security:canaries")


@requires("security:manage")
class KeyMint(Canaries):
    """The answer holds the key, this once."""

    def post(self, request: CrmRequest) -> HttpResponse:
        form = DecoyKeyForm(request.POST)
        try:
            if not form.is_valid():
                raise Invalid()
            key, secret = maker("key")(self.actor, **form.cleaned_data)
        except Invalid as refusal:
            if form.is_valid():
                form.refuse(refusal)
            return self.show(PlantForm(actor=self.actor), form, 422)
        headers = {"Cache-Control": "no-store"}
        context = {"key": key, "secret": secret}
        return TemplateResponse(request, "security/canary_key.html", context, status=201, headers=headers)


@requires("security:manage")
class CanaryRemove(ActorPage):
    def post(self, request: CrmRequest, kind: str, pk: Any) -> HttpResponse:
        flock = next((one for one in flocks() if one.name == kind), None)
        if flock is None:
            raise NotFound()
        try:
            flock.remove(self.actor, pk)
            messages.success(request, _("The canary is gone."))
        except Conflict as refusal:
            messages.error(request, refusal.message)
        return redirect("security:canaries")
