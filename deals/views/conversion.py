"""Converting a lead: what it becomes is shown first, with the customers that may be meant."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.errors import Conflict, Invalid, Stale
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest
from customers.models import Lead
from deals import services
from deals.errors import AlreadyConverted
from deals.forms import ConversionForm
from deals.services.conversion import matching_customers, person_of


@requires("leads:convert")
class ConvertLead(ActorPage):
    def get(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        lead = self._lead(pk)
        if lead.converted_at is not None:
            messages.info(request, AlreadyConverted.message)
            return redirect("leads:detail", pk=pk)
        matches = matching_customers(self.actor, lead)
        named = lead.company_name or person_of(lead) or lead.email
        initial = {
            "customer": matches[0].pk if matches else None,
            "customer_name": named,
            "create_deal": True,
            "deal_name": named,
            "version": lead.version,
        }
        form = ConversionForm(initial=initial, actor=self.actor, team_id=lead.team_id)
        return self._render(lead, form)

    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        lead = self._lead(pk)
        form = ConversionForm(request.POST, actor=self.actor, team_id=lead.team_id)
        if not form.is_valid():
            return self._render(lead, form, 422)
        try:
            made = services.lead_convert(self.actor, pk, **form.values())
        except (Invalid, Conflict, Stale) as refusal:
            for detail in refusal.details or [{"field": "", "message": refusal.message}]:
                form.add_error(detail["field"] if detail["field"] in form.fields else None, detail["message"])
            return self._render(lead, form, refusal.status)
        messages.success(request, _("%(lead)s was converted.") % {"lead": lead})
        target = made.deal or made.customer
        return redirect("deals:detail" if made.deal else "customers:detail", pk=target.pk)

    def _lead(self, pk: UUID) -> Lead:
        lead: Lead = visible(Lead.objects.select_related("owner"), self.actor, pk)
        return lead

    def _render(self, lead: Lead, form: ConversionForm, status: int = 200) -> HttpResponse:
        context: dict[str, Any] = {
            "record": lead,
            "form": form,
            "matches": matching_customers(self.actor, lead),
            "person": person_of(lead),
        }
        return TemplateResponse(self.request, "deals/convert_lead.html", context, status=status)
