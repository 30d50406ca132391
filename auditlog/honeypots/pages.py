"""The list of bans, with banning by hand beside it and the button that lifts one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auditlog.honeypots.bans import address_ban, address_unban
from auditlog.honeypots.filters import STATES, AddressBanFilters
from auditlog.honeypots.forms import BanForm
from auditlog.models import AddressBan, BanSource
from crm.core.access import requires
from crm.core.errors import Conflict, Invalid
from crm.core.pages import ActorPage, ListPage
from crm.core.requests import CrmRequest

SOURCES = tuple((value, gettext_lazy(label)) for value, label in BanSource.choices)


@requires("security:read")
class BanList(ListPage):
    model = AddressBan
    filters = AddressBanFilters
    template_name = "security/bans.html"
    joins = ()
    form: BanForm | None = None

    def extra_context(self) -> dict[str, Any]:
        may_write = bool(self.actor.may("security:write"))
        form = (self.form or BanForm()) if may_write else None
        return {"states": STATES, "sources": SOURCES, "may_write": may_write, "form": form}


@requires("security:write")
class BanAdd(BanList):
    """Posts the form beside the list; what is refused is shown there again."""

    def post(self, request: CrmRequest) -> HttpResponse:
        self.form = BanForm(request.POST)
        try:
            if not self.form.is_valid():
                raise Invalid()
            ban = address_ban(self.actor, **self.form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            if self.form.is_valid():
                self.form.refuse(refusal)
            answer = self.get(request)
            answer.status_code = 422
            return answer
        messages.success(request, _("%(network)s is banned.") % {"network": ban})
        return redirect("security:bans")


@requires("security:write")
class BanLift(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        ban = address_unban(self.actor, pk)
        messages.success(request, _("%(network)s may come back.") % {"network": ban})
        return redirect("security:bans")
