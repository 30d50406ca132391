"""The form of a billing profile: of a customer that the address names, so it is no field."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.core.currencies import currency_choices
from crm.core.forms import RecordForm
from customers.models import BillingProfile, Customer


class BillingForm(RecordForm):
    GROUPS = (
        (_("Invoices"), ("cycle", "first_invoice_on", "payment_days", "currency", "delivery", "invoice_email")),
        (_("Payment"), ("payment_preference", "credit_limit", "contact", "tax_country", "tax_id")),
    )

    class Meta:
        model = BillingProfile
        fields = [
            *("cycle", "first_invoice_on", "payment_days", "currency", "delivery", "invoice_email"),
            *("payment_preference", "credit_limit", "contact", "tax_country", "tax_id"),
        ]
        help_texts = {
            "first_invoice_on": _("Sets the day of all later ones; the last of a month stays the last of a month."),
            "credit_limit": _("Open deals beyond it are pointed out."),
            "tax_country": _("Two letters, such as DE"),
        }
        widgets = {"first_invoice_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].widget = forms.Select(choices=currency_choices(get_language() or "en"))
        contacts: Any = self.fields["contact"]
        contacts.queryset = contacts.queryset.filter(customer=customer)
