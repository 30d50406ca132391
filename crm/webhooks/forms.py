"""The forms of webhooks; the services judge the answers."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.core.forms import RecordForm
from crm.webhooks.catalogue import EVERYTHING, HOOKED, in_singular
from crm.webhooks.models import Webhook
from crm.webhooks.services import LONGEST_OVERLAP, USUAL_OVERLAP

Choice = tuple[str, str, bool]


class WordsField(forms.CharField):
    """Names with spaces or commas between them."""

    def clean(self, value: Any) -> list[str]:
        return str(super().clean(value) or "").replace(",", " ").split()

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != str(data or "").replace(",", " ").split()


class WebhookForm(RecordForm):
    """Events are checkboxes by kind, in the order of the catalogue."""

    GROUPS = ((_("Endpoint"), ("name", "url", "description", "team", "is_active")),)

    events = forms.MultipleChoiceField(label=_("Events"), widget=forms.CheckboxSelectMultiple)
    changed_fields = WordsField(
        label=_("Only when one of these fields changed"),
        required=False,
        max_length=4000,
        help_text=_("Names as in the API, such as status or custom_fields.size. Empty: whatever changed."),
    )

    class Meta:
        model = Webhook
        fields = ("name", "url", "description", "team", "is_active", "events", "changed_fields")
        help_texts = {"url": _("Where each event is posted to. https:// and an address on the public internet.")}
        widgets = {"description": forms.Textarea(attrs={"rows": 2}), "url": forms.URLInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events: Any = self.fields["events"]
        events.choices = [(value, value) for _title, group in self._offered() for value, _word in group]
        self.fields["name"].required = False
        if not self.instance._state.adding:
            del self.fields["team"]
            self.initial["events"] = [in_singular(one) for one in self.instance.events]

    def event_groups(self) -> list[tuple[str, list[Choice]]]:
        """[(Customer, [(customer.*, everything, checked), …]), …]"""
        chosen = set(self["events"].value() or ())
        return [(title, [(value, word, value in chosen) for value, word in group]) for title, group in self._offered()]

    def _offered(self) -> list[tuple[str, list[tuple[str, str]]]]:
        groups = [(str(_("Everything")), [(EVERYTHING, str(_("all events of all kinds")))])]
        for one in HOOKED:
            if self.actor.may(f"{one.model.RESOURCE}:read"):
                verbs = [(f"{one.kind}.{verb}", verb.replace("_", " ")) for verb in one.verbs]
                every = (f"{one.kind}.{EVERYTHING}", str(_("everything")))
                groups.append((capfirst(one.kind.replace("_", " ")), [every, *verbs]))
        return groups


class RotateForm(forms.Form):
    overlap_hours = forms.IntegerField(
        label=_("Hours that the old secret signs, too"),
        min_value=0,
        max_value=LONGEST_OVERLAP,
        initial=USUAL_OVERLAP,
        help_text=_("0 to 168. With 0 it ends at once: right for a secret that leaked."),
    )


class ReplayForm(forms.Form):
    """A stretch of time; without an end, until now."""

    since = forms.DateTimeField(label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    until = forms.DateTimeField(
        label=_("Until"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    only_failed = forms.BooleanField(label=_("Only what was not delivered"), required=False, initial=True)
