"""Forms of this app's pages."""

from crm.core.forms import RecordForm, RecordPicker
from customers.models import Customer


class CustomerForm(RecordForm):
    GROUPS = (
        ("Who they are", ("name", "legal_name", "kind", "status", "customer_type", "industry", "rating", "parent")),
        ("How to reach them", ("website", "domain", "email", "phone")),
        (
            "Billing address",
            ("billing_street", "billing_postal_code", "billing_city", "billing_state", "billing_country"),
        ),
        ("Business", ("annual_revenue", "employees", "ownership", "tax_id", "external_id", "source", "description")),
        ("Responsibility", ("team", "owner", "labels")),
    )

    class Meta:
        model = Customer
        fields = [
            *("name", "legal_name", "kind", "status", "customer_type", "industry", "rating", "parent"),
            *("website", "domain", "email", "phone"),
            *("billing_street", "billing_postal_code", "billing_city", "billing_state", "billing_country"),
            *("annual_revenue", "employees", "ownership", "tax_id", "external_id", "source", "description"),
            *("team", "owner", "labels"),
        ]
        widgets = {"parent": RecordPicker("customers:options")}
