"""The API's form of this app's records."""

from accounts.serializers import TeamSerializer, UserSummarySerializer
from crm.core.api.serializing import LinkField, RecordSerializer
from customers.models import Contact, Customer, Label, Lead, Note

RECORD_FIELDS = ("id", "team", "owner", "version", "created_at", "updated_at", "archived_at")
OPTIONAL_TEAM = {"team": {"required": False}}
PEOPLE = {"owner": UserSummarySerializer, "team": TeamSerializer}


class LabelSerializer(RecordSerializer):
    class Meta:
        model = Label
        fields = (*RECORD_FIELDS, "name", "tone")
        extra_kwargs = OPTIONAL_TEAM
        expandable = PEOPLE


class CustomerSerializer(RecordSerializer):
    labels = LinkField(many=True, required=False, queryset=Label.objects.all())

    class Meta:
        model = Customer
        fields = (
            *RECORD_FIELDS,
            *("name", "legal_name", "kind", "status", "customer_type", "industry"),
            *("website", "domain", "email", "phone"),
            *("annual_revenue", "employees", "rating", "ownership", "description", "parent", "account_level"),
            *("billing_street", "billing_city", "billing_state", "billing_postal_code", "billing_country"),
            *("shipping_street", "shipping_city", "shipping_state", "shipping_postal_code", "shipping_country"),
            *("tax_id", "external_id", "source", "last_activity_at", "labels"),
        )
        extra_kwargs = OPTIONAL_TEAM
        expandable = dict(PEOPLE)


class LinkedCustomerSerializer(RecordSerializer):
    """A customer inside another record; without labels, which would cost a query per row."""

    class Meta:
        model = Customer
        fields = tuple(name for name in CustomerSerializer.Meta.fields if name != "labels")
        extra_kwargs = OPTIONAL_TEAM


CustomerSerializer.Meta.expandable["parent"] = LinkedCustomerSerializer


class ContactSerializer(RecordSerializer):
    class Meta:
        model = Contact
        fields = (
            *RECORD_FIELDS,
            *("salutation", "first_name", "last_name", "title", "department", "contact_type"),
            *("customer", "reports_to", "email", "phone", "mobile_phone"),
            *("street", "city", "state", "postal_code", "country", "birthdate", "lead_source"),
            *("do_not_call", "opted_out_of_email", "linkedin_url", "description", "external_id", "last_activity_at"),
        )
        extra_kwargs = OPTIONAL_TEAM
        expandable = {**PEOPLE, "customer": LinkedCustomerSerializer}


ContactSerializer.Meta.expandable["reports_to"] = ContactSerializer


class LeadSerializer(RecordSerializer):
    class Meta:
        model = Lead
        fields = (
            *RECORD_FIELDS,
            *("first_name", "last_name", "company_name", "title", "email", "phone", "website"),
            *("lead_type", "source", "status", "rating", "score", "industry", "annual_revenue", "employees"),
            *("description", "external_id", "last_activity_at"),
            *("converted_at", "converted_customer", "converted_contact", "converted_deal"),
        )
        extra_kwargs = OPTIONAL_TEAM
        expandable = {**PEOPLE, "converted_customer": LinkedCustomerSerializer, "converted_contact": ContactSerializer}


class NoteSerializer(RecordSerializer):
    class Meta:
        model = Note
        fields = (
            *RECORD_FIELDS,
            *("body", "visibility", "priority", "pinned", "customer", "contact", "lead", "deal"),
        )
        read_only_fields = ("owner",)
        extra_kwargs = OPTIONAL_TEAM
        expandable = {
            **PEOPLE,
            "customer": LinkedCustomerSerializer,
            "contact": ContactSerializer,
            "lead": LeadSerializer,
        }
