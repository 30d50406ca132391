"""The page on which somebody chooses what they are told."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.errors import Invalid, NotFound
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest
from crm.notices.channels import choices_of, settings_of
from crm.notices.forms import PreferencesForm
from crm.notices.people import zone_of
from crm.notices.services import notice_preferences_update


@requires("notifications:write")
class NoticePreferences(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        return self._render(self._form())

    def post(self, request: CrmRequest) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self._render(form, 422)
        try:
            notice_preferences_update(self.actor, kinds=form.kinds(), **form.hours())
        except Invalid as refusal:
            for detail in refusal.details:
                form.add_error(detail["field"] if detail["field"] in form.fields else None, detail["message"])
            return self._render(form, 422)
        messages.success(request, _("Your choices were saved."))
        return redirect("notices:settings")

    def _form(self, data: Any = None) -> PreferencesForm:
        if self.actor.id is None:
            raise NotFound()
        return PreferencesForm(data, choices=choices_of(self.actor.id), own=settings_of(self.actor.id))

    def _render(self, form: PreferencesForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "zone": zone_of(cast(Any, self.request.user))}
        return TemplateResponse(self.request, "notices/settings.html", context, status=status)
