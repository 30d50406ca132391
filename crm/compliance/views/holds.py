"""Pages of legal holds: which there are, one with its reasons, placing one on a record, releasing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.reauthentication import FreshSignIn
from auditlog.holds import hold_release, hold_set, label_of
from auditlog.models import AuditEvent, LegalHold
from auditlog.wording import noun_of
from crm.compliance.filters import HOLD_STATES, LegalHoldFilters
from crm.compliance.forms import HoldForm, ReleaseForm
from crm.core.access import requires
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.pages import ActorPage, DetailPage, ListPage, visible
from crm.core.permissions import Reach
from crm.core.requests import CrmRequest


@requires("audit:read")
class HoldList(ListPage):
    model = LegalHold
    filters = LegalHoldFilters
    template_name = "compliance/holds.html"
    joins = ()

    def extra_context(self) -> dict[str, Any]:
        return {"states": HOLD_STATES}


@requires("audit:read")
class HoldDetail(DetailPage):
    model = LegalHold
    template_name = "compliance/hold.html"
    joins = ()

    def extra_context(self, record: LegalHold) -> dict[str, Any]:
        about = {"object_type": record.object_type, "object_id": record.object_id}
        last = AuditEvent.objects.for_actor(self.actor).filter(**about).order_by("-at").first()
        may_release = record.is_active and self.actor.reach("audit:manage") is Reach.ALL
        return {"last_event": last, "form": ReleaseForm() if may_release else None}


@requires("audit:manage")
class HoldPlace(ActorPage):
    """`?object=contact:<id>` names the record, as the links of its page and of the trail do."""

    def get(self, request: CrmRequest) -> HttpResponse:
        return self._show(HoldForm(initial={"object": request.GET.get("object", "")}))

    def post(self, request: CrmRequest) -> HttpResponse:
        form = HoldForm(request.POST)
        if not form.is_valid():
            return self._show(form, 422)
        kind, _colon, pk = form.cleaned_data["object"].partition(":")
        try:
            hold = hold_set(self.actor, object_type=kind, object_id=pk, reason=form.cleaned_data["reason"])
        except (Invalid, Conflict) as refusal:
            return self._show(form.refused(refusal), refusal.status)
        messages.success(request, _("%(record)s is under a legal hold.") % {"record": hold})
        return redirect("compliance:hold", pk=hold.pk)

    def _show(self, form: HoldForm, status: int = 200) -> HttpResponse:
        kind, _colon, pk = str(form["object"].value() or "").partition(":")
        label = label_of(kind, pk)
        if not label:
            raise NotFound()
        held = LegalHold.objects.filter(object_type=kind, object_id=pk, released_at__isnull=True).first()
        context = {"form": form, "label": label, "noun": noun_of(kind), "held": held}
        return TemplateResponse(self.request, "compliance/hold_place.html", context, status=status)


@requires("audit:manage")
class HoldRelease(FreshSignIn, ActorPage):
    """Asks for the password again: what it kept may be gone the same night."""

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        return self._show(pk, ReleaseForm())

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        form = ReleaseForm(request.POST)
        if not form.is_valid():
            return self._show(pk, form, 422)
        try:
            hold = hold_release(self.actor, pk, reason=form.cleaned_data["reason"])
        except Conflict as refusal:
            messages.error(request, refusal.message)
            return redirect("compliance:hold", pk=pk)
        messages.success(request, _("The hold on %(record)s is released.") % {"record": hold})
        return redirect("compliance:hold", pk=pk)

    def _show(self, pk: Any, form: ReleaseForm, status: int = 200) -> HttpResponse:
        hold = visible(LegalHold.objects.all(), self.actor, pk)
        if hold.released_at:
            return redirect("compliance:hold", pk=pk)
        return TemplateResponse(
            self.request, "compliance/hold_release.html", {"record": hold, "form": form}, status=status
        )
