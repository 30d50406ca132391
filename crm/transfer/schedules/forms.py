"""The form of a schedule."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.forms import RecordForm
from crm.transfer.schedules.cadence import Every
from crm.transfer.schedules.destinations import configured
from crm.transfer.schedules.models import ExportSchedule
from crm.transfer.schedules.words import weekday_choices


class ScheduleForm(RecordForm):
    """Days of the week and of the month count for those that run so; the page hides what does not count."""

    GROUPS = (
        (_("What"), ("template", "name")),
        (_("When"), ("every", "weekdays", "month_day", "hour")),
        (_("Where to"), ("destination",)),
    )

    weekdays = forms.TypedMultipleChoiceField(
        label=_("On"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple, empty_value=[]
    )
    hour = forms.TypedChoiceField(label=_("At"), coerce=int, choices=[(one, f"{one:02}:00") for one in range(24)])
    destination = forms.ChoiceField(label=_("Delivered as"), widget=forms.RadioSelect)
    month_day = forms.IntegerField(
        label=_("On day"), min_value=1, max_value=31, required=False, initial=1,
        help_text=_("31 is the last day of each month; so is any day that a month does not have."),
    )  # fmt: skip

    class Meta:
        model = ExportSchedule
        fields = ("template", "name", "every", "weekdays", "month_day", "hour", "destination")
        labels = {"name": _("Name"), "every": _("How often")}
        help_texts = {"name": _("The template's, where you leave it empty.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["weekdays"].choices = weekday_choices()
        fields["destination"].choices = configured()
        self.fields["name"].required = not self.instance._state.adding
        self.fields["template"].required = True

    def clean_month_day(self) -> int:
        return self.cleaned_data.get("month_day") or 1

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("every") == Every.WEEKLY and not cleaned.get("weekdays"):
            self.add_error("weekdays", _("Choose at least one day of the week."))
        return cleaned
