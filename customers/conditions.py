"""What customers, contacts and leads can be filtered by."""

from django.utils.translation import gettext_lazy as _

from crm.core.conditions import Filterable, fields_of
from customers.models import Contact, Customer, Lead
from customers.views.choices import label_choices, owner_choices

OWNER = Filterable("owner", _("Owner"), "person", "owner", owner_choices)
LABEL = Filterable("label", _("Label"), "labels", "labels", label_choices)

CUSTOMER_CONDITIONS = (
    *fields_of(Customer, "status", "customer_type", "kind", "industry", "rating", "source"),
    OWNER,
    LABEL,
    *fields_of(Customer, "last_activity_at", "created_at", "updated_at", "annual_revenue", "employees"),
    *fields_of(Customer, "name", "legal_name", "email", "phone", "domain", "billing_city", "billing_country"),
    *fields_of(Customer, "tax_id", "external_id"),
)
CONTACT_CONDITIONS = (
    *fields_of(Contact, "contact_type", "department", "lead_source"),
    OWNER,
    *fields_of(Contact, "last_activity_at", "created_at", "updated_at", "birthdate"),
    *fields_of(Contact, "first_name", "last_name", "title", "email", "phone", "mobile_phone", "city", "country"),
    *fields_of(Contact, "do_not_call", "opted_out_of_email", "external_id"),
)
LEAD_CONDITIONS = (
    *fields_of(Lead, "status", "rating", "source", "lead_type", "industry", "score"),
    OWNER,
    *fields_of(Lead, "last_activity_at", "created_at", "updated_at", "converted_at", "annual_revenue", "employees"),
    *fields_of(Lead, "first_name", "last_name", "company_name", "title", "email", "phone", "external_id"),
)
