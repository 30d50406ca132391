"""Where one is signed in, and for administrators where somebody else is; ending one session or all."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from accounts.models import Session, User
from accounts.sessions.services import everywhere_sign_out, other_sessions_end, person_managed, session_end
from crm.core.access import requires, signed_in
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest

OWN = "one's own sessions"


@signed_in(OWN)
class SessionList(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        rows = listed(request, person_managed(self.actor, None))
        return TemplateResponse(request, "accounts/sessions.html", {"sessions": rows})


@requires("users:manage")
class PersonSessionList(ActorPage):
    def get(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        refuse_unknown(request.GET, set())
        person = person_managed(self.actor, pk)
        context = {"person": person, "sessions": listed(request, person)}
        return TemplateResponse(request, "settings/person_sessions.html", context)


def listed(request: Any, person: User) -> list[Session]:
    """The one in use first, then by last use."""
    rows = list(Session.objects.for_actor(request.actor).live_of(person))
    return sorted(rows, key=lambda row: row.pk != request.session.row.pk)


@signed_in("one's own session; that of somebody else asks for users:manage")
class SessionEnd(ActorPage):
    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        session = session_end(self.actor, pk)
        messages.success(request, f"{session.device} is signed out.")
        if session.user_id == self.actor.id:
            return redirect("accounts:sessions")
        return redirect("settings:people_sessions", pk=session.user_id)


@signed_in(OWN)
class OtherSessionsEnd(ActorPage):
    def post(self, request: CrmRequest) -> HttpResponse:
        ended = other_sessions_end(self.actor, request.session.row.pk)  # type: ignore[attr-defined]
        messages.success(request, f"{ended} other session{'' if ended == 1 else 's'} signed out.")
        return redirect("accounts:sessions")


@signed_in(OWN)
class EverywhereEnd(ActorPage):
    def post(self, request: CrmRequest) -> HttpResponse:
        everywhere_sign_out(self.actor)
        logout(request)
        messages.success(request, "You are signed out everywhere.")
        return redirect("account_login")


@requires("users:manage")
class PersonEverywhereEnd(ActorPage):
    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        person = everywhere_sign_out(self.actor, pk)
        messages.success(request, f"{person} is signed out everywhere.")
        return redirect("settings:people_sessions", pk=pk)


@signed_in("whether one is still signed in, and the token that forms need after a new sign-in")
class SessionHere(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        content = {"person": str(self.actor.id), "csrf": get_token(request)}
        return JsonResponse(content, headers={"Cache-Control": "no-store"})


@signed_in("tells who has signed in again beside a page that it goes on there")
class SessionResumed(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        return TemplateResponse(request, "accounts/session_resumed.html")
