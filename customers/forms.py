"""Forms of this app's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.forms import RecordForm, RecordPicker
from customers.models import Consent, Contact, Customer, Label, Lead, Note
from customers.models.choices import LeadStatus

LONG_TEXT = forms.Textarea(attrs={"rows": 3})
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
COUNTRY = forms.TextInput(attrs={"placeholder": "DE", "maxlength": 2, "autocapitalize": "characters"})
TONES = [
    (0, _("Indigo")),
    (1, _("Teal")),
    (2, _("Rust")),
    (3, _("Purple")),
    (4, _("Green")),
    (5, _("Pink")),
    (6, _("Amber")),
    (7, _("Blue")),
    (8, _("Grey")),
    (9, _("Violet")),
]


class CustomerForm(RecordForm):
    GROUPS = (
        (
            _("Who they are"),
            ("name", "legal_name", "kind", "status", "customer_type", "industry", "rating", "parent"),
        ),
        (_("How to reach them"), ("website", "domain", "email", "phone")),
        (
            _("Billing address"),
            ("billing_street", "billing_postal_code", "billing_city", "billing_state", "billing_country"),
        ),
        (_("Further addresses"), ("further_addresses",)),
        (_("Identifiers"), ("identifiers",)),
        (
            _("Business"),
            ("annual_revenue", "employees", "ownership", "tax_id", "external_id", "source", "description"),
        ),
        (_("Responsibility"), ("team", "owner", "labels")),
    )

    class Meta:
        model = Customer
        fields = [
            *("name", "legal_name", "kind", "status", "customer_type", "industry", "rating", "parent"),
            *("website", "domain", "email", "phone"),
            *("billing_street", "billing_postal_code", "billing_city", "billing_state", "billing_country"),
            *("further_addresses", "identifiers"),
            *("annual_revenue", "employees", "ownership", "tax_id", "external_id", "source", "description"),
            *("team", "owner", "labels"),
        ]
        help_texts = {"domain": _("Taken from the website when left empty.")}
        widgets = {
            "parent": RecordPicker("customers:options"),
            "labels": forms.CheckboxSelectMultiple,
            "description": LONG_TEXT,
            "billing_country": COUNTRY,
        }


class ContactForm(RecordForm):
    GROUPS = (
        (
            _("Who they are"),
            ("salutation", "first_name", "last_name", "title", "department", "contact_type", "customer", "reports_to"),
        ),
        (
            _("How to reach them"),
            (
                *("email", "email_label", "phone", "phone_label", "mobile_phone", "linkedin_url"),
                *("further_emails", "further_phones", "do_not_call", "opted_out_of_email"),
            ),
        ),
        (_("Address"), ("street", "postal_code", "city", "state", "country", "further_addresses")),
        (_("More"), ("birthdate", "lead_source", "external_id", "description")),
        (_("Responsibility"), ("team", "owner")),
    )

    class Meta:
        model = Contact
        fields = [
            *("salutation", "first_name", "last_name", "title", "department", "contact_type"),
            *("customer", "reports_to", "email", "email_label", "phone", "phone_label", "mobile_phone", "linkedin_url"),
            *("further_emails", "further_phones", "further_addresses"),
            *("do_not_call", "opted_out_of_email", "street", "postal_code", "city", "state", "country"),
            *("birthdate", "lead_source", "external_id", "description", "team", "owner"),
        ]
        widgets = {
            "customer": RecordPicker("customers:options"),
            "reports_to": RecordPicker("contacts:options"),
            "birthdate": DAY,
            "description": LONG_TEXT,
            "country": COUNTRY,
        }


class LeadForm(RecordForm):
    GROUPS = (
        (_("Who they are"), ("first_name", "last_name", "company_name", "title", "industry")),
        (_("How to reach them"), ("email", "phone", "website")),
        (_("Qualification"), ("status", "rating", "score", "lead_type", "source")),
        (_("Business"), ("annual_revenue", "employees", "external_id", "description")),
        (_("Responsibility"), ("team", "owner")),
    )

    class Meta:
        model = Lead
        fields = [
            *("first_name", "last_name", "company_name", "title", "industry", "email", "phone", "website"),
            *("status", "rating", "score", "lead_type", "source"),
            *("annual_revenue", "employees", "external_id", "description", "team", "owner"),
        ]
        help_texts = {"score": _("0 to 100")}
        widgets = {"description": LONG_TEXT}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A lead becomes converted by its own action only.
        self.fields["status"].choices = [  # type: ignore[attr-defined]
            choice for choice in LeadStatus.choices if choice[0] != LeadStatus.CONVERTED
        ]


class NoteForm(RecordForm):
    class Meta:
        model = Note
        fields = ["body", "visibility", "priority", "category", "pinned"]
        widgets = {"body": forms.Textarea(attrs={"rows": 4})}


class ConsentForm(RecordForm):
    class Meta:
        model = Consent
        fields = ["status", "lawful_basis", "at", "source", "text_version", "evidence"]
        widgets = {"at": MOMENT, "evidence": LONG_TEXT}


class LabelForm(RecordForm):
    GROUPS = ((_("Label"), ("name", "tone", "team")),)

    class Meta:
        model = Label
        fields = ["name", "tone", "team"]
        labels = {"tone": _("Colour")}
        widgets = {"tone": forms.RadioSelect(choices=TONES)}
