"""Why can this person (not) do this? The chain of reasons, for any credential and record."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse

from accounts.access_check import explain, record_named
from accounts.credentials import SESSION, Credential, credentials_of
from accounts.models import User
from crm.core.access import requires
from crm.core.errors import Invalid
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, visible
from crm.core.permissions import ACTIONS, PERMISSIONS
from crm.core.requests import CrmRequest

ASKED = {"person", "permission", "record", "credential"}


@requires("roles:read")
class AccessCheck(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, ASKED)
        person = (
            visible(User.objects.select_related("role"), self.actor, request.GET["person"]) if self._asks() else None
        )
        credentials = credentials_of(person) if person else [SESSION]
        context = {
            "people": User.objects.for_actor(self.actor).order_by("full_name", "email")[:500],
            "permissions": [(name, [f"{name}:{action}" for action in actions]) for name, actions in ACTIONS.items()],
            "person": person,
            "credentials": credentials,
            **(self._answer(person, credentials) if person else {}),
        }
        return TemplateResponse(request, "settings/access.html", context)

    def _asks(self) -> bool:
        return bool(self.request.GET.get("person") and self.request.GET.get("permission") in PERMISSIONS)

    def _answer(self, person: User, credentials: list[Credential]) -> dict[str, Any]:
        permission, text = self.request.GET["permission"], self.request.GET.get("record", "").strip()
        wanted = self.request.GET.get("credential") or SESSION.key
        credential = next((one for one in credentials if one.key == wanted), (credentials or [SESSION])[0])
        try:
            record = record_named(self.actor, text, permission) if text else None
        except Invalid as refusal:
            return {"fault": refusal.details[0]["message"]}
        answer = explain(person, permission, record, credential)
        return {"answer": answer, "record": record, "credential": credential, "permission": permission}
