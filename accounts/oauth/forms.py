"""Forms of OAuth clients. Scopes are offered as far as the administrator has them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.administration import SUPERADMIN, ensure_may_grant
from accounts.models import Application, Role, Team
from accounts.oauth.scopes import grouped
from crm.core.actor import Actor
from crm.core.errors import Forbidden
from crm.core.forms import RecordForm


class ScopeChoice(forms.CheckboxSelectMultiple):
    template_name = "components/scope_choice.html"


class ClientForm(RecordForm):
    """Its values are those of `client_update`; a field that names no person may be left alone."""

    redirect_uris = forms.CharField(
        label=_("Redirect addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One in each line, compared exactly. https, or http to 127.0.0.1 or [::1] on any port."),
    )
    allowed_scopes = forms.MultipleChoiceField(label=_("Scopes"), required=False, widget=ScopeChoice)
    role = forms.ModelChoiceField(
        Role.objects.exclude(name=SUPERADMIN),
        label=_("Role of its account"),
        required=False,
        help_text=_("Not set: it acts only for people who sign in."),
    )
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(), label=_("Teams of its account"), required=False, widget=forms.CheckboxSelectMultiple
    )

    GROUPS = (
        (_("Program"), ("name", "client_type")),
        (_("For people who allow it"), ("redirect_uris",)),
        (_("By itself"), ("role", "teams")),
        (_("What it may ask for"), ("allowed_scopes",)),
    )

    class Meta:
        model = Application
        fields = ("name", "client_type")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        client = self.instance
        self.fields["teams"].empty_label = None  # type: ignore[attr-defined]
        self.fields["role"].queryset = _grantable(self.actor)  # type: ignore[attr-defined]
        self.fields["allowed_scopes"].choices = grouped(self.actor, client.scopes)  # type: ignore[attr-defined]
        if client._state.adding:
            return
        del self.fields["client_type"]
        self.initial.update(
            redirect_uris="\n".join(client.redirect_list),
            allowed_scopes=client.scopes,
            role=client.user and client.user.role_id,
            teams=list(client.user.memberships.values_list("team", flat=True)) if client.user else [],
        )

    def _clean_by_model(self, name: str, value: Any) -> None:
        if name in ("name", "client_type"):
            super()._clean_by_model(name, value)

    def values(self) -> dict[str, Any]:
        found = super().values()
        if "redirect_uris" in found:
            found["redirect_uris"] = found["redirect_uris"].split()
        if "allowed_scopes" in found:
            found["scopes"] = found.pop("allowed_scopes")
        if {"role", "teams"} & set(found):
            found |= {"role": self.cleaned_data["role"], "teams": self.cleaned_data["teams"]}
        return found


def _grantable(actor: Actor) -> Any:
    """Roles that reach no further than the actor; a program is never super administrator."""
    roles = Role.objects.for_actor(actor).exclude(name=SUPERADMIN)
    return roles.filter(pk__in=[role.pk for role in roles if _may_grant(actor, role)])


def _may_grant(actor: Actor, role: Role) -> bool:
    try:
        ensure_may_grant(actor, role)
    except Forbidden:
        return False
    return True


class RotateForm(forms.Form):
    overlap_hours = forms.IntegerField(
        label=_("Hours that the old secret stays valid"),
        min_value=0,
        max_value=168,
        initial=24,
        help_text=_("0 to 168. With 0 it ends at once: right for a secret that leaked."),
    )
