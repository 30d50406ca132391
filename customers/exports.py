"""What exports show of customers, contacts and leads."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from crm.core.actor import Actor
from crm.core.any_of import any_of
from crm.transfer.exports.columns import Column, fields_of, identifier, link, names_of, record_columns
from crm.transfer.exports.exporters import Exporter
from customers.filters import ContactFilters, CustomerFilters, LeadFilters
from customers.identifier_cells import written
from customers.models import Contact, Customer, LabelAssignment, Lead

CUSTOMER_NAMES = names_of(Customer, "name")
CONTACT_NAMES = names_of(Contact, "first_name", "last_name", otherwise="email")
LEAD_NAMES = names_of(Lead, "first_name", "last_name", otherwise="company_name")


def labels_of(actor: Actor, pks: Sequence[Any]) -> Mapping[Any, list[str]]:
    found: dict[Any, list[str]] = defaultdict(list)
    rows = LabelAssignment.objects.filter(any_of("customer_id", pks), label__archived_at__isnull=True)
    for pk, name in rows.order_by("label__name").values_list("customer_id", "label__name"):
        found[pk].append(name)
    return found


def identifiers_of(actor: Actor, pks: Sequence[Any]) -> Mapping[Any, str]:
    """A line each, as an import reads them."""
    rows = Customer.objects.within_reach(actor, "customers:read").filter(any_of("pk", pks)).exclude(identifiers=[])
    return {pk: written(found) for pk, found in rows.values_list("pk", "identifiers")}


def external_ids_of(actor: Actor, pks: Sequence[Any]) -> Mapping[Any, str]:
    """By which an import finds the customer again, where two have one name."""
    rows = Customer.objects.within_reach(actor, "customers:read").filter(any_of("pk", pks))
    return dict(rows.values_list("pk", "external_id"))


CUSTOMER_EXTERNAL_ID = Column("customer_external_id", "Customer's external ID", "customer_id", look=external_ids_of)

CUSTOMERS = Exporter(
    "customers", Customer, "Customers", "customers:list", CustomerFilters,
    (
        identifier("id", "ID"),
        *fields_of(
            Customer,
            *("name", "legal_name", "kind", "status", "customer_type", "industry", "website", "domain", "email"),
            *("phone", "annual_revenue", "employees", "rating", "ownership", "description"),
        ),
        *link("parent", "Parent", CUSTOMER_NAMES),
        Column("parent_external_id", "Parent's external ID", "parent_id", look=external_ids_of),
        *fields_of(
            Customer,
            *("account_level", "billing_street", "billing_city", "billing_state", "billing_postal_code"),
            *("billing_country", "shipping_street", "shipping_city", "shipping_state", "shipping_postal_code"),
            *("shipping_country", "tax_id", "external_id", "source"),
        ),
        Column("identifiers", "Identifiers", "pk", look=identifiers_of),
        Column("labels", "Labels", "pk", "names", labels_of),
        *record_columns(Customer),
    ),
)  # fmt: skip

CONTACTS = Exporter(
    "contacts", Contact, "Contacts", "contacts:list", ContactFilters,
    (
        identifier("id", "ID"),
        *fields_of(Contact, "salutation", "first_name", "last_name", "title", "department", "contact_type"),
        *link("customer", "Customer", CUSTOMER_NAMES),
        CUSTOMER_EXTERNAL_ID,
        *link("reports_to", "Reports to", CONTACT_NAMES),
        *fields_of(
            Contact,
            *("email", "phone", "mobile_phone", "street", "city", "state", "postal_code", "country", "birthdate"),
            *("lead_source", "do_not_call", "opted_out_of_email", "linkedin_url", "description", "external_id"),
        ),
        *record_columns(Contact),
    ),
    has_cards=True,
)  # fmt: skip

LEADS = Exporter(
    "leads", Lead, "Leads", "leads:list", LeadFilters,
    (
        identifier("id", "ID"),
        *fields_of(
            Lead,
            *("first_name", "last_name", "company_name", "title", "email", "phone", "website", "lead_type", "source"),
            *("status", "rating", "score", "industry", "annual_revenue", "employees", "description", "external_id"),
            "converted_at",
        ),
        *link("converted_customer", "Converted to customer", CUSTOMER_NAMES),
        *link("converted_contact", "Converted to contact", CONTACT_NAMES),
        identifier("converted_deal_id", "Converted to deal ID"),
        *record_columns(Lead),
    ),
)  # fmt: skip

EXPORTERS = (CUSTOMERS, CONTACTS, LEADS)
