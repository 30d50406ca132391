"""The form of a view: its name and who has it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.lists.models import SavedView, Visibility


class ViewForm(forms.Form):
    """The values are checked by the service; `team` is asked only of who is in several."""

    name = forms.CharField(label=_("Name"), max_length=60)
    visibility = forms.ChoiceField(label=_("Who sees it"), choices=Visibility.choices, initial=Visibility.PRIVATE)
    team = forms.UUIDField(label=_("Team"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, view: SavedView | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = list(zip(actor.team_ids, actor.team_names, strict=True))
        if len(teams) < 2:
            del self.fields["team"]
        else:
            self.fields["team"].widget = forms.Select(choices=teams)
        if view is not None:
            shown = ("name", "visibility", "team_id", "version")
            self.initial = {name.removesuffix("_id"): getattr(view, name) for name in shown}

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "visibility")}
