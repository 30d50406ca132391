"""The form of one's own preferences: a line per kind, quiet hours, the hour of the summary."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.notices.channels import Choice
from crm.notices.kinds import ALL
from crm.notices.models import Mail, NoticeSettings

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class PreferencesForm(forms.Form):
    quiet_from = forms.TimeField(label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))  # fmt: skip # noqa: E501
    quiet_until = forms.TimeField(label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))  # fmt: skip # noqa: E501
    digest_hour = forms.TypedChoiceField(label=_("Sent at"), choices=HOURS, coerce=int)

    def __init__(self, data: Any = None, *, choices: dict[str, Choice], own: NoticeSettings) -> None:
        initial = {name: getattr(own, name) for name in ("quiet_from", "quiet_until", "digest_hour")}
        super().__init__(data, initial=initial)
        for kind in ALL:
            choice, label = choices[kind.name], str(kind.label)
            page = forms.BooleanField(required=False, initial=choice.in_page)
            page.widget.attrs["aria-label"] = _("%(kind)s: in the page") % {"kind": label}
            self.fields[f"{kind.name}-in_page"] = page
            if kind.is_mailed:
                mail = forms.ChoiceField(choices=Mail.choices, initial=choice.mail)
                mail.widget.attrs["aria-label"] = _("%(kind)s: by e-mail") % {"kind": label}
                self.fields[f"{kind.name}-mail"] = mail

    def lines(self) -> list[dict[str, Any]]:
        """What the table shows."""
        return [
            {
                "kind": kind,
                "in_page": self[f"{kind.name}-in_page"],
                "mail": self[f"{kind.name}-mail"] if kind.is_mailed else None,
            }
            for kind in ALL
        ]

    def kinds(self) -> dict[str, dict[str, Any]]:
        cleaned = self.cleaned_data
        return {
            kind.name: {
                "in_page": cleaned[f"{kind.name}-in_page"],
                **({"mail": cleaned[f"{kind.name}-mail"]} if kind.is_mailed else {}),
            }
            for kind in ALL
        }

    def hours(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("quiet_from", "quiet_until", "digest_hour")}
