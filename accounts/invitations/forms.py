"""Inviting somebody, and answering an invitation."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.functional import lazy

from accounts.administration import ensure_may_grant, may_place
from accounts.models import Role, Team
from crm.core.actor import Actor
from crm.core.errors import Forbidden


class InvitationForm(forms.Form):
    """Offers the roles and teams that the actor may hand out."""

    email = forms.EmailField(label="E-mail", max_length=254)
    role = forms.ModelChoiceField(Role.objects.none(), empty_label="Choose a role")
    teams = forms.ModelMultipleChoiceField(Team.objects.none(), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [role.pk for role in Role.objects.all() if _may_grant(actor, role)]
        teams = [team.pk for team in Team.objects.for_actor(actor) if may_place(actor, team)]
        self.fields["role"].queryset = Role.objects.filter(pk__in=roles)  # type: ignore[attr-defined]
        self.fields["teams"].queryset = Team.objects.filter(pk__in=teams)  # type: ignore[attr-defined]


def _may_grant(actor: Actor, role: Role) -> bool:
    try:
        ensure_may_grant(actor, role)
    except Forbidden:
        return False
    return True


def _zones() -> list[tuple[str, str]]:
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class AcceptanceForm(forms.Form):
    """A script proposes the browser's time zone; without it the installation's stands there."""

    full_name = forms.CharField(label="Your name", max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label="New password",
        strip=False,
        help_text="The rules are listed below the field.",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=lazy(_zones, list),
        initial=lambda: settings.TIME_ZONE,
        widget=forms.Select({"data-time-zone": ""}),
    )
