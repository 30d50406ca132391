"""People, teams and roles for operators; every save goes through the same services as any other door."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.db.models import Count
from django.http import HttpRequest

from accounts import administration
from accounts.models import Role, Team, User
from crm.ops.record_admin import RecordAdmin


class UserForm(forms.ModelForm):
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(), required=False, widget=FilteredSelectMultiple("teams", is_stacked=False)
    )

    class Meta:
        model = User
        fields = ("email", "full_name", "role", "teams", "time_zone", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["teams"] = list(self.instance.memberships.values_list("team", flat=True))


class TeamForm(forms.ModelForm):
    members = forms.ModelMultipleChoiceField(
        User.objects.all(), required=False, widget=FilteredSelectMultiple("members", is_stacked=False)
    )

    class Meta:
        model = Team
        fields = ("name", "country", "members")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["members"] = list(self.instance.memberships.values_list("user", flat=True))


@admin.register(User)
class UserAdmin(RecordAdmin):
    create_service = administration.user_create
    update_service = administration.user_update
    form = UserForm
    list_display = ("email", "full_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    list_select_related = ("role",)
    search_fields = ("email", "full_name")
    ordering = ("email",)


@admin.register(Team)
class TeamAdmin(RecordAdmin):
    create_service = administration.team_create
    update_service = administration.team_update
    form = TeamForm
    list_display = ("name", "country", "member_count")
    search_fields = ("name",)
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(member_count=Count("memberships"))

    @admin.display(description="members", ordering="member_count")
    def member_count(self, team: Any) -> int:
        return int(team.member_count)


@admin.register(Role)
class RoleAdmin(RecordAdmin):
    create_service = administration.role_create
    update_service = administration.role_update
    list_display = ("label", "name", "description")
    fields = ("name", "label", "description", "grants")
    ordering = ("label",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name",) if obj else ()
