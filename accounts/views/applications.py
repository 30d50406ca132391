"""The page where people see which programs act for them, on which device, and end that."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.oauth import grants
from accounts.oauth.scopes import in_words
from crm.core.access import signed_in
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest

PAGE = "accounts:applications"


@signed_in("what one granted oneself")
class Applications(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        granted = grants.granted_by(self.actor, own(request))
        rows = [(one, in_words(one.scopes)) for one in granted]
        return TemplateResponse(request, "accounts/applications.html", {"granted": rows})


@signed_in("what one granted oneself")
class ApplicationEnd(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        grants.grant_revoke(self.actor, own(request), pk)
        return self._back(request, _("Its access has ended."))

    def _back(self, request: CrmRequest, message: str) -> HttpResponse:
        messages.success(request, message)
        return redirect(PAGE)


@signed_in("what one granted oneself")
class DeviceEnd(ApplicationEnd):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        grants.grant_revoke_device(self.actor, own(request), pk)
        return self._back(request, _("Its access from that device has ended."))


@signed_in("what one granted oneself")
class ApplicationsEnd(ApplicationEnd):
    def post(self, request: CrmRequest, pk: Any = None) -> HttpResponse:
        grants.grants_revoke_all(self.actor, own(request))
        return self._back(request, _("No program acts for you any more."))


def own(request: CrmRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
