"""The forms of lead sources; the services judge the answers."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.capture.mapping import CONSENT, LONGEST_LABEL, LONGEST_PATH, OWN_FIELDS, USUAL, custom_fields, label_of
from crm.capture.models import Kind, LeadSource
from crm.core.forms import RecordForm

NOT_ASKED, ASKED, REQUIRED = "", "asked", "required"
OF_FORMS = ("intro", "thanks", "redirect_url", "allowed_origins")
TALL = forms.Textarea(attrs={"rows": 2})


class SitesField(forms.CharField):
    """Names of sites, with spaces, commas or lines between them."""

    def clean(self, value: Any) -> list[str]:
        return str(super().clean(value) or "").replace(",", " ").split()

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != str(data or "").replace(",", " ").split()


class LeadSourceForm(RecordForm):
    """Each field of a lead is a row: whether it is asked, in which words and, for a webhook, where it stands."""

    allowed_origins = SitesField(
        label=_("Sites that embed it"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Like https://www.example.com, one a line. Elsewhere the form has its own page only."),
    )  # fmt: skip

    class Meta:
        model = LeadSource
        fields = (
            *("kind", "name", "team", "owner", "source", "is_active", "intro", "thanks", "redirect_url"),
            *("allowed_origins", "consent_text", "consent_channel", "consent_required"),
        )
        widgets = {"kind": forms.HiddenInput, "intro": TALL, "thanks": TALL, "consent_text": TALL}
        help_texts = {
            "owner": _("Whose its leads are, who is told of each. Nobody: they wait in the list."),
            "redirect_url": _("Empty: the thank-you text on a page of this house."),
            "consent_text": _("Empty: nothing is asked. A tick is kept as consent, with these words."),
        }

    GROUPS = (
        (_("Where its leads go"), ("name", "team", "owner", "source", "is_active")),
        (_("The page"), OF_FORMS),
        (_("Consent"), ("consent_text", "consent_channel", "consent_required")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_new = self.instance._state.adding
        self.kind = self["kind"].value() if is_new else self.instance.kind
        for name in () if is_new else ("team", "kind"):
            del self.fields[name]
        for name in OF_FORMS if self.kind == Kind.WEBHOOK else ():
            del self.fields[name]
        self.before: dict[str, dict[str, Any]] = {
            one["field"]: one for one in (USUAL if is_new else self.instance.mapping)
        }
        for name in self._names():
            self._add_row(name, self.before.get(name))

    def rows(self) -> Iterator[dict[str, Any]]:
        """For the table: what a field is called, and the controls about it."""
        for name in self._names():
            parts = {
                part: self[f"{part}:{name}"] for part in ("ask", "label", "path") if f"{part}:{name}" in self.fields
            }
            yield {"name": name, "title": label_of(name), **parts}

    def values(self) -> dict[str, Any]:
        values = {name: value for name, value in super().values().items() if ":" not in name}
        mapping = [self._entry(name) for name in self._names() if self.cleaned_data.get(f"ask:{name}")]
        if self.instance._state.adding or mapping != self.instance.mapping:
            values["mapping"] = mapping
        return values

    def _names(self) -> list[str]:
        """Those that are asked keep their order, the others follow."""
        known = [*OWN_FIELDS, *custom_fields(), *([CONSENT] if self.kind == Kind.WEBHOOK else ())]
        chosen = [name for name in self.before if name in known]
        return [*chosen, *(name for name in known if name not in chosen)]

    def _add_row(self, name: str, before: dict[str, Any] | None) -> None:
        title, before = label_of(name), before or {}
        ask = forms.ChoiceField(
            choices=[(NOT_ASKED, _("Not asked")), (ASKED, _("Asked")), (REQUIRED, _("Required"))], required=False
        )
        self.fields[f"ask:{name}"] = ask
        self.initial[f"ask:{name}"] = (REQUIRED if before["required"] else ASKED) if before else NOT_ASKED
        part, longest = ("path", LONGEST_PATH) if self.kind == Kind.WEBHOOK else ("label", LONGEST_LABEL)
        self.fields[f"{part}:{name}"] = forms.CharField(required=False, max_length=longest)
        self.initial[f"{part}:{name}"] = before.get(part, "")
        ask.widget.attrs["aria-label"] = title
        self.fields[f"{part}:{name}"].widget.attrs |= {
            "aria-label": _("Words for %s") % title if part == "label" else _("Path of %s") % title,
            "placeholder": title if part == "label" else name,
        }

    def _entry(self, name: str) -> dict[str, Any]:
        answers = self.cleaned_data
        kept = {"label": "", "path": "", **self.before.get(name, {})}
        texts = {part: answers.get(f"{part}:{name}", kept[part]) for part in ("label", "path")}
        return {"field": name, "required": answers[f"ask:{name}"] == REQUIRED, **texts}
