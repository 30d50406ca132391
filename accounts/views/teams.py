"""Pages of teams and their members."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import administration
from accounts.administration.teams import owned_by
from accounts.filters import TeamFilters
from accounts.forms.people import MemberForm, TeamForm
from accounts.models import Team, User
from accounts.views.people import LeavingPage
from crm.core.access import requires
from crm.core.changes import is_reached
from crm.core.deletion import Consequences, DeletePage
from crm.core.errors import NotFound
from crm.core.pages import ActorPage, CreatePage, DetailPage, EditPage, ListPage, visible
from crm.core.requests import CrmRequest


@requires("teams:read")
class Teams(ListPage):
    model = Team
    filters = TeamFilters
    template_name = "settings/teams.html"
    joins = ()

    def joined(self, rows: Any) -> Any:
        return rows.annotate(members=Count("memberships", distinct=True))


@requires("teams:read")
class TeamPage(DetailPage):
    model = Team
    template_name = "settings/team.html"
    joins = ()

    def extra_context(self, record: Team) -> dict[str, Any]:
        may_edit = is_reached(self.actor, "write", record)
        people = User.objects.for_actor(self.actor).filter(memberships__team=record, is_service=False)
        return {
            "members": people.select_related("role").order_by("full_name", "email").distinct(),
            "may_edit": may_edit,
            "may_delete": is_reached(self.actor, "delete", record),
            "form": MemberForm(actor=self.actor, team=record) if may_edit else None,
        }


@requires("teams:write")
class TeamCreate(CreatePage):
    model, form_class, service = Team, TeamForm, administration.team_create
    list_url, detail_url = "settings:teams", "settings:teams_detail"


@requires("teams:write")
class TeamEdit(EditPage):
    model, form_class, service = Team, TeamForm, administration.team_update
    list_url, detail_url = "settings:teams", "settings:teams_detail"


@requires("teams:delete")
class TeamDelete(DeletePage):
    """Members lose their membership; records stand in the way."""

    model, service = Team, administration.team_delete
    list_url, detail_url = "settings:teams", "settings:teams_detail"

    def _ask(self, record: Team) -> HttpResponse:
        members = record.memberships.count()
        context = {
            "record": record,
            "noun": Team._meta.verbose_name,
            "plural": Team._meta.verbose_name_plural,
            "consequences": Consequences([("memberships", members)] if members else [], owned_by(record), []),
            "list_url": reverse(self.list_url),
            "detail_url": reverse(self.detail_url, kwargs={"pk": record.pk}),
        }
        return TemplateResponse(self.request, "components/delete_page.html", context)


@requires("teams:write")
class MemberAdd(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        team = visible(Team.objects.all(), self.actor, pk, "write")
        form = MemberForm(request.POST, actor=self.actor, team=team)
        if not form.is_valid():
            messages.error(request, _("Choose who joins the team."))
            return redirect("settings:teams_detail", pk=pk)
        person = form.cleaned_data["user"]
        administration.member_add(self.actor, pk, person)
        messages.success(request, _("%(person)s is a member of %(team)s.") % {"person": person, "team": team})
        return redirect("settings:teams_detail", pk=pk)


@requires("teams:write")
class MemberRemove(LeavingPage):
    """Asks what happens to what the person has open in this team."""

    template_name = "settings/member_remove.html"

    def team(self) -> Team:
        team: Team = visible(Team.objects.all(), self.actor, self.kwargs["team"], "write")
        return team

    def _person(self, pk: Any) -> User:
        person = User.objects.for_actor(self.actor).filter(pk=pk, memberships__team=self.team()).first()
        if person is None:
            raise NotFound()
        return person

    def act(self, person: User, heirs: dict[str, User]) -> HttpResponse:
        team = administration.member_remove(self.actor, self.team().pk, person, heirs=heirs)
        said = _("%(person)s is no longer a member of %(team)s.") % {"person": person, "team": team}
        messages.success(self.request, said)
        return redirect("settings:teams_detail", pk=team.pk)
