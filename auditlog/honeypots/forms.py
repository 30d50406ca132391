"""Banning an address by hand, planting records, minting a decoy key."""

from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from auditlog.honeypots.bans import LONGEST_HOURS
from crm.core.actor import Actor
from crm.core.errors import CrmError
from crm.core.permissions import Reach

DOMAIN = RegexValidator(
    r"^(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$", _("A domain such as canary.example.com."), "invalid_domain"
)


class RefusableForm(forms.Form):
    def refuse(self, refusal: CrmError) -> None:
        """Shows what a service had against it, each at its field."""
        for detail in refusal.details or [{"field": "", "message": refusal.message}]:
            self.add_error(detail["field"] if detail["field"] in self.fields else None, detail["message"])


class BanForm(RefusableForm):
    address = forms.CharField(
        label=_("Address"), max_length=64, help_text=_("IPv4, or IPv6, of which the whole /64 is banned.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=255)
    hours = forms.IntegerField(label=_("Hours"), min_value=1, max_value=LONGEST_HOURS, initial=24)


class PlantForm(forms.Form):
    team: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label=_("Team"), empty_label=None, help_text=_("Who sees its records can step on them.")
    )
    customers = forms.IntegerField(label=_("Customers"), min_value=1, max_value=10, initial=2)
    people = forms.IntegerField(label=_("Contacts at each"), min_value=0, max_value=5, initial=1)
    domain = forms.CharField(
        label=_("Mail domain"), max_length=200, required=False, validators=[DOMAIN],
        help_text=_("One of yours where nobody gets mail: a mail that arrives there tells of an intruder, too."),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = apps.get_model(settings.TEAM_MODEL)._default_manager.for_actor(actor)  # type: ignore[attr-defined]
        is_everywhere = actor.reach("security:manage") is Reach.ALL
        fields: dict[str, Any] = self.fields
        fields["team"].queryset = teams if is_everywhere else teams.filter(pk__in=actor.team_ids)
        fields["team"].initial = actor.home_team_id


class DecoyKeyForm(RefusableForm):
    name = forms.CharField(label=_("Name"), max_length=100)
    place = forms.CharField(
        label=_("Where you leave it"), max_length=255, required=False,
        help_text=_("Told in the alert: who uses the key has been there."),
    )  # fmt: skip
