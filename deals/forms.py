"""Forms of this app's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.currencies import currency_choices
from crm.core.forms import RecordForm, RecordPicker
from customers.models import Contact, Customer
from deals.models import Activity, Deal, Stage
from deals.models.choices import ActivityStatus, ContactRole

MINUTES = "%Y-%m-%dT%H:%M"


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format=MINUTES)


class StageField(forms.ModelChoiceField):
    """Stages under the name of their pipeline."""

    def label_from_instance(self, stage: Any) -> str:
        return f"{stage.pipeline} – {stage}"


class DealForm(RecordForm):
    stage = StageField(Stage.objects.select_related("pipeline"), required=False, empty_label=_("The first one"))
    currency = forms.ChoiceField(choices=currency_choices)

    GROUPS = (
        ("The deal", ("name", "customer", "stage", "amount", "currency", "expected_close_date", "next_step")),
        ("Forecast", ("probability", "forecast_category", "deal_type", "source")),
        ("More", ("description", "external_id")),
        ("Responsibility", ("team", "owner")),
    )

    class Meta:
        model = Deal
        fields = [
            *("name", "customer", "stage", "amount", "currency", "expected_close_date", "next_step"),
            *("probability", "forecast_category", "deal_type", "source", "description", "external_id"),
            *("team", "owner"),
        ]
        widgets = {"customer": RecordPicker("customers:options"), "expected_close_date": DayInput()}
        help_texts = {"probability": _("In percent. Leave empty to follow the stage.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {code for code, _label in self.fields["currency"].choices}  # type: ignore[attr-defined]
        if (stored := self.instance.currency) not in known:
            self.fields["currency"].choices = [(stored, stored), *self.fields["currency"].choices]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if (name, value) != ("stage", None)}


class ActivityForm(RecordForm):
    GROUPS = (
        ("What", ("type", "subject", "description", "status", "priority")),
        ("When and where", ("due_at", "starts_at", "ends_at", "location")),
        ("About", ("customer", "contact", "deal", "lead")),
        ("Responsibility", ("team", "owner")),
    )

    class Meta:
        model = Activity
        fields = [
            *("type", "subject", "description", "status", "priority", "due_at", "starts_at", "ends_at", "location"),
            *("customer", "contact", "deal", "lead", "team", "owner"),
        ]
        widgets = {
            "due_at": MomentInput(),
            "starts_at": MomentInput(),
            "ends_at": MomentInput(),
            "customer": RecordPicker("customers:options"),
            "contact": RecordPicker("contacts:options"),
            "deal": RecordPicker("deals:options"),
            "lead": RecordPicker("leads:options"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].initial = ActivityStatus.PLANNED


class DealContactForm(forms.Form):
    contact = forms.ModelChoiceField(Contact.objects.none(), widget=RecordPicker("contacts:options"))
    role = forms.ChoiceField(choices=[("", _("No role")), *ContactRole.choices], required=False)

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = Contact.objects.for_actor(actor).active()  # type: ignore[attr-defined]


class ConversionForm(forms.Form):
    """`customer` is an existing one; without it one is matched by name or created."""

    customer = forms.ModelChoiceField(Customer.objects.none(), required=False, widget=forms.RadioSelect)
    customer_name = forms.CharField(max_length=200, required=False, label=_("Name of the new customer"))
    create_deal = forms.BooleanField(required=False, initial=True, label=_("Start a deal"))
    deal_name = forms.CharField(max_length=200, required=False, label=_("Name of the deal"))
    amount = forms.DecimalField(max_digits=18, decimal_places=2, min_value=0, required=False)
    currency = forms.ChoiceField(choices=currency_choices, required=False)
    expected_close_date = forms.DateField(required=False, widget=DayInput())
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Any, team_id: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Customer.objects.for_actor(actor).active().filter(team_id=team_id)
        self.fields["customer"].queryset = rows  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the service takes; empty fields leave it its own choice."""
        always = {"create_deal", "version"}
        given = {name: value for name, value in self.cleaned_data.items() if name in always or value not in (None, "")}
        return given if given["create_deal"] else {name: given.get(name) for name in given if name not in DEAL_FIELDS}


DEAL_FIELDS = ("deal_name", "amount", "currency", "expected_close_date")
