"""Pages of the addresses that get no mail."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.errors import Conflict, Invalid
from crm.core.pages import ActorPage, ListPage
from crm.core.requests import CrmRequest
from crm.mailroom.filters import SuppressionFilters
from crm.mailroom.forms import SuppressionForm
from crm.mailroom.suppressions import suppression_add, suppression_remove
from crm.outbox.models import Suppression, SuppressionReason


@requires("emails:read")
class Suppressions(ListPage):
    model = Suppression
    filters = SuppressionFilters
    template_name = "settings/emails/suppressions.html"
    joins = ()
    form: SuppressionForm | None = None

    def extra_context(self) -> dict[str, Any]:
        return {
            "reasons": SuppressionReason.choices,
            "form": (self.form or SuppressionForm()) if self.actor.may("emails:write") else None,
            "may_manage": bool(self.actor.may("emails:manage")),
        }


@requires("emails:write")
class SuppressionAdd(Suppressions):
    """The list with the form; a refused one shows both again."""

    def post(self, request: CrmRequest) -> HttpResponse:
        self.form = SuppressionForm(request.POST)
        if self.form.is_valid():
            try:
                suppression_add(self.actor, **self.form.cleaned_data)
            except (Invalid, Conflict) as refusal:
                self.form.refuse(refusal)
            else:
                messages.success(request, _("{address} gets no more mail.").format(**self.form.cleaned_data))
                return redirect("settings:emails_suppressions")
        answer = self.get(request)
        answer.status_code = 422
        return answer


@requires("emails:manage")
class SuppressionRemove(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        suppression_remove(self.actor, pk)
        messages.success(request, _("Mail is sent there again; the trail says that you allowed it."))
        return redirect("settings:emails_suppressions")
