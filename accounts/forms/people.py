"""Who a person is, and who takes over what they leave."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.administration.grants import is_within
from accounts.hand_over import Holding
from accounts.models import Role, Team, User
from crm.core.actor import Actor
from crm.core.forms import RecordForm

ZONES = [("", _("As the installation")), *((name, name) for name in sorted(available_timezones()) if "/" in name)]
HAND_OVER, LEAVE = "hand_over", "leave"


class PersonForm(RecordForm):
    GROUPS = ((_("Person"), ("full_name", "role", "teams")),)
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The first team somebody joined is where their new records go."),
    )

    class Meta:
        model = User
        fields = ["full_name", "role"]
        help_texts = {"role": _("Only roles that reach no further than your own.")}

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        role: Any = self.fields["role"]
        allowed = [one.pk for one in role.queryset if is_within(actor, one)]
        role.queryset = role.queryset.filter(pk__in=allowed)
        role.empty_label = _("No role: may do nothing")
        if not self.instance._state.adding:
            self.initial["teams"] = list(self.instance.memberships.values_list("team", flat=True))


class HeirsForm(forms.Form):
    """One colleague for everything, or another for some kinds. Without open records there is nothing to ask."""

    what = forms.ChoiceField(
        choices=[(HAND_OVER, _("Hand them over to colleagues")), (LEAVE, _("Leave them as they are"))],
        initial=HAND_OVER,
        widget=forms.RadioSelect,
        label=_("What happens to the open records?"),
    )
    to = forms.ModelChoiceField(User.objects.none(), required=False, label=_("Who takes over"))

    def __init__(self, *args: Any, actor: Actor, person: User, holdings: list[Holding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = [one.kind for one in holdings if one.count]
        colleagues = User.objects.for_actor(actor).filter(is_active=True, is_service=False).exclude(pk=person.pk)
        names = [f"heir_{kind}" for kind in self.kinds] if len(self.kinds) > 1 else []
        for name in names:
            label = name.removeprefix("heir_").replace("_", " ").capitalize()
            self.fields[name] = forms.ModelChoiceField(colleagues, required=False, label=label)
        for name in ("to", *names):
            field: Any = self.fields[name]
            field.queryset = colleagues.order_by("full_name", "email")
            field.empty_label = _("Choose…") if name == "to" else _("The same colleague")
        if not self.kinds:
            self.fields.clear()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.kinds and values.get("what") == HAND_OVER and len(self.heirs()) < len(self.kinds):
            self.add_error("to", _("Choose who takes over."))
        return values

    def heirs(self) -> dict[str, User]:
        """Kind → colleague; nothing where the records stay."""
        if self.cleaned_data.get("what") != HAND_OVER:
            return {}
        chosen = {kind: self.cleaned_data.get(f"heir_{kind}") or self.cleaned_data.get("to") for kind in self.kinds}
        return {kind: heir for kind, heir in chosen.items() if heir}

    def field_of(self, kind: str) -> str:
        """Where a refusal about a kind is shown."""
        return f"heir_{kind}" if self.cleaned_data.get(f"heir_{kind}") else "to"

    def by_kind(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("heir_")]


class HandOverForm(HeirsForm):
    """Of one team or of all; leaving everything as it is would be no hand-over."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("what", None)

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["what"] = HAND_OVER
        return super().clean()


class ProfileForm(RecordForm):
    time_zone = forms.ChoiceField(choices=ZONES, required=False, help_text=_("Times on every page are shown in it."))

    class Meta:
        model = User
        fields = ["full_name", "time_zone"]


class MemberForm(forms.Form):
    user = forms.ModelChoiceField(User.objects.none(), label=_("Person"), empty_label=_("Choose…"))

    def __init__(self, *args: Any, actor: Actor, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.for_actor(actor).filter(is_active=True).exclude(memberships__team=team)
        user: Any = self.fields["user"]
        user.queryset = people.order_by("full_name", "email")


class TeamForm(RecordForm):
    GROUPS = ((_("Team"), ("name", "country")),)

    class Meta:
        model = Team
        fields = ["name", "country"]
        widgets = {"country": forms.TextInput(attrs={"placeholder": "DE", "maxlength": 2})}


class RoleForm(RecordForm):
    GROUPS = ((_("Role"), ("label", "name", "description")),)

    class Meta:
        model = Role
        fields = ["label", "name", "description"]
        labels = {"label": _("Name"), "name": _("Short name")}
        help_texts = {"name": _("For the API and reports: small letters, digits, - and _. It stays.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            del self.fields["name"]
