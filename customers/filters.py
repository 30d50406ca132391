"""What lists of this app can be narrowed by, in pages and API alike."""

import django_filters

from crm.core.listing import RecordFilters
from customers.models import Contact, Customer, Label, Lead, Note

MOMENTS = ["gte", "lt"]
CREATED = {"created_at": MOMENTS, "updated_at": MOMENTS}


class CustomerFilters(RecordFilters):
    label = django_filters.UUIDFilter(field_name="labels")

    class Meta:
        model = Customer
        orderings = ("name", "created_at", "updated_at", "status", "annual_revenue", "last_activity_at")
        fields = {
            "status": ["exact"],
            "customer_type": ["exact"],
            "kind": ["exact"],
            "industry": ["exact"],
            "source": ["exact"],
            "owner": ["exact", "isnull"],
            "team": ["exact"],
            "parent": ["exact"],
            "billing_country": ["exact"],
            "email": ["iexact"],
            "domain": ["iexact"],
            "external_id": ["exact"],
            "annual_revenue": MOMENTS,
            "employees": MOMENTS,
            **CREATED,
        }


class ContactFilters(RecordFilters):
    class Meta:
        model = Contact
        orderings = ("last_name", "first_name", "created_at", "updated_at", "last_activity_at")
        fields = {
            "customer": ["exact"],
            "contact_type": ["exact"],
            "department": ["exact"],
            "lead_source": ["exact"],
            "owner": ["exact", "isnull"],
            "team": ["exact"],
            "reports_to": ["exact"],
            "country": ["exact"],
            "email": ["iexact"],
            "do_not_call": ["exact"],
            "opted_out_of_email": ["exact"],
            "external_id": ["exact"],
            **CREATED,
        }


class LeadFilters(RecordFilters):
    converted = django_filters.BooleanFilter(field_name="converted_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Lead
        orderings = ("-created_at", "last_name", "company_name", "updated_at", "score", "last_activity_at")
        fields = {
            "status": ["exact"],
            "rating": ["exact"],
            "source": ["exact"],
            "lead_type": ["exact"],
            "industry": ["exact"],
            "owner": ["exact", "isnull"],
            "team": ["exact"],
            "email": ["iexact"],
            "external_id": ["exact"],
            "score": MOMENTS,
            **CREATED,
        }


class NoteFilters(RecordFilters):
    class Meta:
        model = Note
        orderings = ("-created_at", "updated_at")
        fields = {
            "customer": ["exact"],
            "contact": ["exact"],
            "lead": ["exact"],
            "deal": ["exact"],
            "owner": ["exact"],
            "team": ["exact"],
            "visibility": ["exact"],
            "priority": ["exact"],
            "pinned": ["exact"],
            **CREATED,
        }


class LabelFilters(RecordFilters):
    class Meta:
        model = Label
        orderings = ("name", "created_at", "updated_at")
        fields = {"team": ["exact"], "name": ["iexact"], "owner": ["exact"]}
