"""What lists of this app can be narrowed by, in pages and API alike."""

from typing import Any, ClassVar
from uuid import UUID

import django_filters

from crm.core.listing import RecordFilters
from customers.conditions import CONTACT_CONDITIONS, CUSTOMER_CONDITIONS, LEAD_CONDITIONS
from customers.identifiers import having
from customers.models import (
    BillingProfile,
    Consent,
    Contact,
    Customer,
    CustomField,
    Document,
    DocumentVersion,
    DuplicatePair,
    Label,
    Lead,
    Lifecycle,
    Merge,
    Note,
)
from customers.tree import tree_of

MOMENTS = ["gte", "lt"]
CREATED = {"created_at": MOMENTS, "updated_at": MOMENTS}


class CustomerFilters(RecordFilters):
    """`tree`: a customer and all below it; `identifier`: the active one that has this number, of whatever kind."""

    label = django_filters.UUIDFilter(field_name="labels")
    tree = django_filters.UUIDFilter(method="in_tree_of", label="In the tree of")
    identifier = django_filters.CharFilter(method="with_identifier", label="Has the identifier")

    class Meta:
        model = Customer
        conditions = CUSTOMER_CONDITIONS
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

    def in_tree_of(self, rows: Any, name: str, value: UUID) -> Any:
        return rows.filter(pk__in=tree_of(value))

    def with_identifier(self, rows: Any, name: str, value: str) -> Any:
        return having(rows, value)


class ContactFilters(RecordFilters):
    class Meta:
        model = Contact
        conditions = CONTACT_CONDITIONS
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
        conditions = LEAD_CONDITIONS
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


class MergeFilters(RecordFilters):
    class Meta:
        model = Merge
        orderings = ("-created_at", "updated_at")
        fields = {"kind": ["exact"], "winner_id": ["exact"], "loser_id": ["exact"], **CREATED}


class DuplicateFilters(RecordFilters):
    class Meta:
        model = DuplicatePair
        orderings = ("-score", "-created_at", "updated_at")
        fields = {"kind": ["exact"], "state": ["exact"], "team": ["exact"], "score": ["gte"], **CREATED}


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
            "category": ["exact"],
            "pinned": ["exact"],
            **CREATED,
        }


class LabelFilters(RecordFilters):
    class Meta:
        model = Label
        orderings = ("name", "created_at", "updated_at")
        fields = {"team": ["exact"], "name": ["iexact"], "owner": ["exact"]}


class CustomFieldFilters(RecordFilters):
    class Meta:
        model = CustomField
        orderings = ("position", "label", "created_at", "updated_at")
        fields = {"holder": ["exact"], "type": ["exact"], "key": ["exact"]}


class LifecycleFilters(RecordFilters):
    class Meta:
        model = Lifecycle
        orderings = ("holder",)
        fields = {"holder": ["exact"]}


class ConsentFilters(RecordFilters):
    class Meta:
        model = Consent
        orderings = ("-at", "created_at")
        fields = {"channel": ["exact"], "status": ["exact"], "at": MOMENTS}


class DocumentFilters(RecordFilters):
    class Meta:
        model = Document
        orderings = ("-created_at", "updated_at", "title", "size", "expires_on")
        fields = {
            "customer": ["exact"],
            "contact": ["exact"],
            "lead": ["exact"],
            "deal": ["exact"],
            "owner": ["exact"],
            "team": ["exact"],
            "status": ["exact"],
            "document_type": ["exact"],
            "content_type": ["exact"],
            "sha256": ["exact"],
            "expires_on": MOMENTS,
            **CREATED,
        }


class DocumentVersionFilters(RecordFilters):
    class Meta:
        model = DocumentVersion
        orderings = ("-number",)
        fields: ClassVar[dict[str, list[str]]] = {}


class BillingFilters(RecordFilters):
    class Meta:
        model = BillingProfile
        orderings = ("-created_at", "updated_at")
        fields = {
            "customer": ["exact"],
            "cycle": ["exact"],
            "currency": ["exact"],
            "team": ["exact"],
            **CREATED,
        }
