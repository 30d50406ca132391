"""One's own profile: name and time zone; role and teams are shown."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.forms.people import ProfileForm
from accounts.models import User
from accounts.profile import profile_update
from crm.core.access import signed_in
from crm.core.errors import CrmError, Invalid, Stale
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest


@signed_in("one's own account")
class Profile(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        return self._render(ProfileForm(instance=self._me(), actor=self.actor))

    def post(self, request: CrmRequest) -> HttpResponse:
        form = ProfileForm(request.POST, instance=self._me(), actor=self.actor)
        if not form.is_valid():
            return self._render(form, 422)
        try:
            profile_update(self.actor, version=form.cleaned_data["version"], **form.values())
        except (Invalid, Stale) as refusal:
            return self._refuse(form, refusal)
        messages.success(request, _("Your profile was saved."))
        return redirect("accounts:profile")

    def _me(self) -> User:
        return cast(User, self.request.user)

    def _refuse(self, form: ProfileForm, refusal: CrmError) -> HttpResponse:
        for detail in refusal.details or [{"field": "", "message": refusal.message}]:
            form.add_error(detail["field"] if detail["field"] in form.fields else None, detail["message"])
        return self._render(form, refusal.status)

    def _render(self, form: ProfileForm, status: int = 200) -> HttpResponse:
        context: dict[str, Any] = {"form": form, "person": self._me(), "team_names": self.actor.team_names}
        return TemplateResponse(self.request, "accounts/profile.html", context, status=status)
