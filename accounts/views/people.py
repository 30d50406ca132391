"""Pages of people: who works here, in which role and team, and what happens when somebody leaves."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import administration, hand_over
from accounts.credentials import credentials_of
from accounts.filters import STATES, UserFilters
from accounts.forms.people import HandOverForm, HeirsForm, PersonForm
from accounts.mfa.events import name_of
from accounts.mfa.policy import factors_of
from accounts.mfa.services import second_factor_reset
from accounts.models import Role, Team, User
from accounts.reauthentication import FreshSignIn
from accounts.sign_ins import last_sign_ins
from crm.core.access import requires
from crm.core.changes import is_reached
from crm.core.errors import Conflict, Invalid
from crm.core.pages import ActorPage, DetailPage, EditPage, ListPage, visible
from crm.core.requests import CrmRequest


@requires("users:read")
class People(ListPage):
    model = User
    filters = UserFilters
    template_name = "settings/people.html"
    joins = ("role",)
    prefetches = ("memberships__team",)

    def rows_for(self, params: Any) -> Any:
        return super().rows_for(params).filter(is_service=False)

    def joined(self, rows: Any) -> Any:
        factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
        return super().joined(rows).annotate(has_factor=Exists(factors))

    def extra_context(self) -> dict[str, Any]:
        return {
            "roles": Role.objects.for_actor(self.actor).values_list("pk", "label"),
            "teams": Team.objects.for_actor(self.actor).values_list("pk", "name"),
            "states": STATES,
            "visible_teams": set(Team.objects.for_actor(self.actor).values_list("pk", flat=True)),
        }


@requires("users:read")
class Person(DetailPage):
    model = User
    template_name = "settings/person.html"
    joins = ("role",)

    def extra_context(self, record: User) -> dict[str, Any]:
        seen = Team.objects.for_actor(self.actor)
        may_edit, may_manage = (is_reached(self.actor, action, record) for action in ("write", "manage"))
        return {
            "teams": seen.filter(memberships__user=record),
            "may_edit": may_edit,
            "may_manage": may_manage,
            **(_looked_after(self.actor, record, may_manage) if may_edit else {}),
        }


def _looked_after(actor: Any, person: User, may_manage: bool) -> dict[str, Any]:
    """What only those see who change people."""
    credentials = [one for one in credentials_of(person) if one.scopes is not None]
    return {
        "holdings": hand_over.holdings_of(actor, person),
        "hand_overs": hand_over.undoable(person)[:10],
        "credentials": credentials,
        "factors": list(map(name_of, factors_of(person))) if may_manage else [],
        "session_count": person.sessions.live_of(person).count() if may_manage else 0,
        "sign_ins": last_sign_ins(person) if may_manage else [],
    }


@requires("users:write")
class PersonEdit(FreshSignIn, EditPage):
    model, form_class, service = User, PersonForm, administration.user_update
    list_url, detail_url = "settings:people", "settings:people_detail"

    def extra_context(self) -> dict[str, Any]:
        return {"noun": _("person"), "nouns": _("people")}


class LeavingPage(FreshSignIn, ActorPage):
    """Asks what happens to somebody's open records, and then does what the subclass says."""

    form_class: type[HeirsForm] = HeirsForm
    template_name: str

    def get(self, request: CrmRequest, pk: Any, **names: Any) -> HttpResponse:
        person = self._person(pk)
        return self.render(person, self._form(person, None))

    def post(self, request: CrmRequest, pk: Any, **names: Any) -> HttpResponse:
        person = self._person(pk)
        form = self._form(person, request.POST)
        if not form.is_valid():
            return self.render(person, form, 422)
        try:
            return self.act(person, form.heirs())
        except (Invalid, Conflict) as refusal:
            for detail in refusal.details or [{"field": "", "message": refusal.message}]:
                form.add_error(form.field_of(detail["field"]) if detail["field"] else None, detail["message"])
            return self.render(person, form, refusal.status)

    def act(self, person: User, heirs: dict[str, User]) -> HttpResponse:
        raise NotImplementedError

    def _person(self, pk: Any) -> User:
        person: User = visible(User.objects.select_related("role"), self.actor, pk, "write")
        return person

    def team(self) -> Team | None:
        return None

    def _form(self, person: User, data: Any) -> HeirsForm:
        holdings = hand_over.holdings_of(self.actor, person, self.team())
        return self.form_class(data, actor=self.actor, person=person, holdings=holdings)

    def render(self, person: User, form: HeirsForm, status: int = 200) -> HttpResponse:
        context = {
            "record": person,
            "form": form,
            "team": self.team(),
            "holdings": hand_over.holdings_of(self.actor, person, self.team()),
            "credentials": [one for one in credentials_of(person) if one.scopes is not None],
            **self.extra_context(person),
        }
        return TemplateResponse(self.request, self.template_name, context, status=status)

    def extra_context(self, person: User) -> dict[str, Any]:
        return {}


@requires("users:write")
class PersonDeactivate(LeavingPage):
    template_name = "settings/person_deactivate.html"

    def act(self, person: User, heirs: dict[str, User]) -> HttpResponse:
        administration.user_deactivate(self.actor, person.pk, heirs=heirs)
        said = _("%s is deactivated. Every session, token and key has ended.") % person
        messages.success(self.request, said)
        return redirect("settings:people_detail", pk=person.pk)


@requires("users:write")
class PersonReactivate(FreshSignIn, ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        person = administration.user_reactivate(self.actor, pk)
        messages.success(request, _("%s may sign in again.") % person)
        return redirect("settings:people_detail", pk=pk)


@requires("users:manage")
class FactorReset(FreshSignIn, ActorPage):
    """For who lost the phone: every factor goes, and the person sets up another."""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        person = visible(User.objects.all(), self.actor, pk, "manage")
        second_factor_reset(self.actor, person.pk)
        messages.success(request, _("The second factors of %s are gone.") % person)
        return redirect("settings:people_detail", pk=pk)


@requires("users:write")
class PersonHandOver(LeavingPage):
    """`?team=` limits it to one team's records."""

    form_class = HandOverForm
    template_name = "settings/person_hand_over.html"

    def team(self) -> Team | None:
        pk = self.request.GET.get("team")
        return visible(Team.objects.all(), self.actor, pk) if pk else None

    def extra_context(self, person: User) -> dict[str, Any]:
        return {"teams": Team.objects.for_actor(self.actor).filter(memberships__user=person)}

    def act(self, person: User, heirs: dict[str, User]) -> HttpResponse:
        done = hand_over.ownership_hand_over(self.actor, person.pk, heirs=heirs, team=self.team())
        undo = f"undo:{reverse('settings:people_hand_over_undo', args=[person.pk, done.pk])}" if done.count else ""
        messages.success(self.request, _("%d records changed hands.") % done.count, extra_tags=undo)
        return redirect("settings:people_detail", pk=person.pk)


@requires("users:write")
class HandOverUndo(ActorPage):
    def post(self, request: CrmRequest, pk: Any, hand_over_pk: Any) -> HttpResponse:
        count = hand_over.hand_over_undo(self.actor, hand_over_pk, person_pk=pk)
        messages.success(request, _("%d records are back.") % count)
        return redirect("settings:people_detail", pk=pk)
