"""Forms of the security centre; the services check and save."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from auditlog.alerts.data import BY_NAME
from auditlog.alerts.services import LONGEST_COMMENT
from auditlog.models import AnomalyRule, Resolution
from crm.core.forms import RecordForm


class RuleForm(RecordForm):
    """Business hours only where the rule has some."""

    GROUPS: ClassVar[Any] = (
        (_("When it fires"), ("is_enabled", "threshold", "window_minutes", "opens", "closes")),
        (_("How loud it is"), ("severity", "mail_from")),
    )

    class Meta:
        model = AnomalyRule
        fields = ("is_enabled", "threshold", "window_minutes", "opens", "closes", "severity", "mail_from")
        widgets: ClassVar[dict[str, Any]] = {
            "opens": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "closes": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "window_minutes": _("What is counted together; within it more of the same joins the open alert."),
            "severity": _("At least; the events behind an alert can be graver."),
            "mail_from": _("To everybody whose security:write reaches the alert."),
            "opens": _("Monday to Friday, by the clock of each person's time zone."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        data = BY_NAME[self.instance.name]
        counted = data.counted or _("Times it has to happen before it fires.")
        self.fields["threshold"].help_text = str(counted)[:1].upper() + str(counted)[1:]
        if data.check in ("device", "network", "key_network"):
            del self.fields["threshold"]
        if data.hours is None:
            del self.fields["opens"], self.fields["closes"]


class CloseForm(forms.Form):
    resolution = forms.ChoiceField(choices=Resolution.choices, label=_("What was it?"), widget=forms.RadioSelect)
    comment = forms.CharField(
        required=False, max_length=LONGEST_COMMENT, label=_("Comment"), widget=forms.Textarea(attrs={"rows": 3})
    )
