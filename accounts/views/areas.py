"""The first pages of the two areas: one's own account, and the settings of the installation."""

from django.http import HttpResponse
from django.template.response import TemplateResponse

from crm.core.access import signed_in
from crm.core.listing import refuse_unknown
from crm.core.requests import CrmRequest


@signed_in("one's own account")
def account_home(request: CrmRequest) -> HttpResponse:
    refuse_unknown(request.GET, set())
    return TemplateResponse(request, "accounts/home.html")


@signed_in("an index; each page it lists asks for its own permission")
def settings_home(request: CrmRequest) -> HttpResponse:
    refuse_unknown(request.GET, set())
    return TemplateResponse(request, "settings/home.html")
