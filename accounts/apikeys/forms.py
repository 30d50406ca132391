"""What the pages ask when a key is made, changed or rotated; the services judge the answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.apikeys.rules import grantable_scopes
from accounts.models import ApiKey, Team
from accounts.models.api_keys import DEFAULT_DAYS, OVERLAP_DAYS
from accounts.oauth.scopes import ACTION_WORDS, RESOURCE_WORDS
from crm.core.actor import Actor
from crm.core.errors import CrmError
from crm.core.ids import uuid7
from crm.core.permissions import ACTIONS

LIVES = [(days, _("%d days") % days) for days in (7, 30, 60, DEFAULT_DAYS, 180)] + [(365, _("A year"))]
OVERLAPS = [(0, _("Ends now")), (1, _("Works one more day")), (OVERLAP_DAYS, _("Works seven more days"))]

Choice = tuple[str, str]


class ScopesField(forms.MultipleChoiceField):
    """Checkboxes by resource, in the order of the vocabulary."""

    def __init__(self, scopes: list[str]) -> None:
        self.groups = _grouped(scopes)
        choices = [choice for _title, group in self.groups for choice in group]
        super().__init__(label=_("What it may do"), choices=choices, widget=forms.CheckboxSelectMultiple)


class NetworksField(forms.CharField):
    """One network a line."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Networks it may be used from"),
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 3, "placeholder": "203.0.113.0/24\n2001:db8::/48"}),
            help_text=_("IPv4 and IPv6, one a line. Empty: from anywhere."),
        )

    def clean(self, value: Any) -> list[str]:
        return str(super().clean(value)).replace(",", " ").split()


class KeyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What uses it, and where."))

    def __init__(self, *args: Any, scopes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"] = ScopesField(scopes)
        self.fields["allowed_networks"] = NetworksField()

    def scope_groups(self) -> list[tuple[str, list[tuple[str, str, bool]]]]:
        """[(Customers, [(customers:read, see, checked), …]), …]"""
        chosen = set(self["scopes"].value() or ())
        groups: Any = self.fields["scopes"].groups  # type: ignore[attr-defined]
        return [(title, [(scope, word, scope in chosen) for scope, word in group]) for title, group in groups]

    def refuse(self, error: CrmError) -> None:
        for detail in error.details or [{"field": "", "message": error.message}]:
            self.add_error(detail["field"] if detail["field"] in self.fields else None, detail["message"])


class NewKeyForm(KeyForm):
    """`submission` becomes the id of the key, so that a double submit makes one key."""

    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, scopes=grantable_scopes(actor), **kwargs)
        own = Team.objects.filter(pk__in=actor.team_ids)
        self.fields["team"] = forms.ModelChoiceField(
            own, label=_("Team"), required=False, empty_label=_("All of my teams")
        )
        self.fields["days"] = forms.TypedChoiceField(
            label=_("Expires after"), choices=LIVES, coerce=int, initial=DEFAULT_DAYS
        )
        self.initial.setdefault("submission", uuid7())


class EditKeyForm(KeyForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, key: ApiKey, **kwargs: Any) -> None:
        shown = {"name": key.name, "scopes": key.scopes, "version": key.version}
        networks = "\n".join(key.allowed_networks)
        super().__init__(*args, scopes=key.usable_scopes, initial={**shown, "allowed_networks": networks}, **kwargs)


class RotationForm(forms.Form):
    days = forms.TypedChoiceField(label=_("The new key expires after"), choices=LIVES, coerce=int, initial=DEFAULT_DAYS)
    overlap_days = forms.TypedChoiceField(label=_("The old key"), choices=OVERLAPS, coerce=int, initial=OVERLAP_DAYS)


def _grouped(scopes: list[str]) -> list[tuple[str, list[Choice]]]:
    offered, groups = set(scopes), []
    for resource, actions in ACTIONS.items():
        group = [(f"{resource}:{one}", ACTION_WORDS[one]) for one in actions if f"{resource}:{one}" in offered]
        if group:
            groups.append((RESOURCE_WORDS.get(resource, resource.capitalize()), group))
    return groups
