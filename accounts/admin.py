"""People, teams and roles for operators; every save goes through the same services as any other door."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.db.models import Count
from django.http import HttpRequest

from accounts import administration
from accounts.models import ApiKey, Role, Team, User
from accounts.reauthentication import fresh_sign_in_required
from crm.core.access import Access
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


class FreshRecordAdmin(RecordAdmin):
    """Who may do what is a sensitive question: its forms ask for a recent sign-in, as the pages do."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return fresh_sign_in_required(super().changeform_view)(request, *args, **kwargs)


@admin.register(User)
class UserAdmin(FreshRecordAdmin):
    create_service = administration.user_create
    update_service = administration.user_update
    form = UserForm
    list_display = ("email", "full_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    list_select_related = ("role",)
    search_fields = ("email", "full_name")
    ordering = ("email",)


@admin.register(Team)
class TeamAdmin(FreshRecordAdmin):
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
class RoleAdmin(FreshRecordAdmin):
    create_service = administration.role_create
    update_service = administration.role_update
    list_display = ("label", "name", "description")
    fields = ("name", "label", "description", "grants")
    ordering = ("label",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name",) if obj else ()


@admin.register(ApiKey)
class ApiKeyAdmin(RecordAdmin):
    """A list to look at: keys are made, changed and ended on the pages and in the API."""

    access = Access(permissions=("apikeys:manage",), hidden=True)
    list_display = ("name", "hint", "user", "team", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_select_related = ("user", "team")
    search_fields = ("name", "user__email")
    ordering = ("-created_at",)
    fields: ClassVar[tuple[str, ...]] = (
        *("name", "hint", "user", "team", "scopes", "allowed_networks", "created_at", "created_by", "expires_at"),
        *("last_used_at", "last_used_address", "revoked_at", "revoked_reason", "replaced_by"),
    )
