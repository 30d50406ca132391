"""The API's form of this app's records."""

from rest_framework import serializers

from accounts.serializers import TeamSerializer, UserSummarySerializer
from crm.core.api.serializing import LinkField, RecordSerializer, StrictSerializer
from customers.merging.choosing import SOURCES
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
from customers.models.choices import DocumentStatus, IdentifierKind

RECORD_FIELDS = ("id", "team", "owner", "version", "created_at", "updated_at", "archived_at")
OPTIONAL_TEAM = {"team": {"required": False}}
PEOPLE = {"owner": UserSummarySerializer, "team": TeamSerializer}


class LabelSerializer(RecordSerializer):
    class Meta:
        model = Label
        fields: tuple[str, ...] = (*RECORD_FIELDS, "name", "tone")
        extra_kwargs = OPTIONAL_TEAM
        expandable = PEOPLE


class WornLabelSerializer(LabelSerializer):
    """A label on a customer, with who put it there and when."""

    assigned_by = serializers.UUIDField(source="worn.assigned_by_id", read_only=True, allow_null=True)
    assigned_at = serializers.DateTimeField(source="worn.assigned_at", read_only=True)

    class Meta(LabelSerializer.Meta):
        fields = (*LabelSerializer.Meta.fields, "assigned_by", "assigned_at")


class FurtherEmailSerializer(StrictSerializer):
    email = serializers.CharField(max_length=254)
    label = serializers.CharField(required=False, allow_blank=True, max_length=40)  # type: ignore[assignment]


class FurtherPhoneSerializer(StrictSerializer):
    phone = serializers.CharField(max_length=64)
    label = serializers.CharField(required=False, allow_blank=True, max_length=40)  # type: ignore[assignment]


class FurtherAddressSerializer(StrictSerializer):
    label = serializers.CharField(required=False, allow_blank=True, max_length=40)  # type: ignore[assignment]
    street = serializers.CharField(required=False, allow_blank=True, max_length=255)
    postal_code = serializers.CharField(required=False, allow_blank=True, max_length=40)
    city = serializers.CharField(required=False, allow_blank=True, max_length=255)
    state = serializers.CharField(required=False, allow_blank=True, max_length=255)
    country = serializers.CharField(required=False, allow_blank=True, max_length=40)


class IdentifierSerializer(StrictSerializer):
    """`country` and `label` tell numbers of one kind apart: the register and its country, the system, what it is."""

    kind = serializers.ChoiceField(choices=IdentifierKind.choices)
    value = serializers.CharField(max_length=100)
    country = serializers.CharField(required=False, allow_blank=True, max_length=2)
    label = serializers.CharField(required=False, allow_blank=True, max_length=60)  # type: ignore[assignment]


class CustomerSerializer(RecordSerializer):
    labels = LinkField(many=True, required=False, queryset=Label.objects.all())
    further_addresses = FurtherAddressSerializer(many=True, required=False)
    identifiers = IdentifierSerializer(many=True, required=False)

    class Meta:
        model = Customer
        fields = (
            *RECORD_FIELDS,
            *("name", "legal_name", "kind", "status", "customer_type", "industry"),
            *("website", "domain", "email", "phone"),
            *("annual_revenue", "employees", "rating", "ownership", "description", "parent", "account_level"),
            *("billing_street", "billing_city", "billing_state", "billing_postal_code", "billing_country"),
            *("shipping_street", "shipping_city", "shipping_state", "shipping_postal_code", "shipping_country"),
            *("further_addresses", "identifiers"),
            *("tax_id", "external_id", "source", "last_activity_at", "labels", "custom_fields"),
        )
        extra_kwargs = OPTIONAL_TEAM
        expandable = dict(PEOPLE)


class LinkedCustomerSerializer(RecordSerializer):
    """A customer inside another record; without labels, which would cost a query per row."""

    further_addresses = FurtherAddressSerializer(many=True, required=False)
    identifiers = IdentifierSerializer(many=True, required=False)

    class Meta:
        model = Customer
        fields = tuple(name for name in CustomerSerializer.Meta.fields if name != "labels")
        extra_kwargs = OPTIONAL_TEAM


CustomerSerializer.Meta.expandable["parent"] = LinkedCustomerSerializer


class ContactSerializer(RecordSerializer):
    further_emails = FurtherEmailSerializer(many=True, required=False)
    further_phones = FurtherPhoneSerializer(many=True, required=False)
    further_addresses = FurtherAddressSerializer(many=True, required=False)

    class Meta:
        model = Contact
        fields = (
            *RECORD_FIELDS,
            *("salutation", "first_name", "last_name", "title", "department", "contact_type"),
            *("customer", "reports_to", "email", "email_label", "phone", "phone_label", "mobile_phone"),
            *("further_emails", "further_phones", "further_addresses"),
            *("street", "city", "state", "postal_code", "country", "birthdate", "lead_source"),
            *("do_not_call", "opted_out_of_email", "linkedin_url", "description", "external_id", "last_activity_at"),
            "custom_fields",
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
            *("description", "external_id", "last_activity_at", "custom_fields"),
            *("converted_at", "converted_customer", "converted_contact", "converted_deal"),
        )
        extra_kwargs = OPTIONAL_TEAM
        expandable = {**PEOPLE, "converted_customer": LinkedCustomerSerializer, "converted_contact": ContactSerializer}


class ChoiceSerializer(serializers.Serializer):
    """`tone` is one of the ten label colours; a retired choice stays with the records that have it."""

    key = serializers.CharField(required=False)
    label = serializers.CharField()  # type: ignore[assignment]
    tone = serializers.IntegerField(required=False)
    retired = serializers.BooleanField(required=False)


class CustomFieldSerializer(RecordSerializer):
    choices = ChoiceSerializer(many=True, required=False)
    default = serializers.JSONField(required=False, allow_null=True)

    class Meta:
        model = CustomField
        fields = (
            *("id", "version", "created_at", "updated_at", "archived_at", "holder", "key", "label", "help_text"),
            *("type", "required", "position", "default", "choices", "currency", "target", "sensitive", "in_lists"),
        )


class LifecycleSerializer(RecordSerializer):
    """`allowed` is {status: [statuses that may follow]}."""

    allowed = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))

    class Meta:
        model = Lifecycle
        fields = ("id", "version", "created_at", "updated_at", "holder", "allowed")
        read_only_fields = ("holder",)


class MentionSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class NoteSerializer(RecordSerializer):
    """`body` is Markdown as it was written, `body_html` what may be shown of it, `mentions` who is named with @."""

    body_html = serializers.CharField(read_only=True)
    mentions = MentionSerializer(many=True, read_only=True)

    class Meta:
        model = Note
        fields = (
            *RECORD_FIELDS,
            *(
                "body",
                "body_html",
                "mentions",
                "visibility",
                "priority",
                "category",
                "pinned",
                "customer",
                "contact",
                "lead",
                "deal",
            ),
        )
        read_only_fields = ("owner",)
        extra_kwargs = OPTIONAL_TEAM
        expandable = {
            **PEOPLE,
            "customer": LinkedCustomerSerializer,
            "contact": ContactSerializer,
            "lead": LeadSerializer,
        }


class ConsentSerializer(RecordSerializer):
    class Meta:
        model = Consent
        fields = (
            *("id", "version", "created_at", "updated_at", "contact", "lead"),
            *("channel", "status", "lawful_basis", "source", "text_version", "evidence", "at", "recorded_by"),
        )
        read_only_fields = ("recorded_by",)


DOCUMENT_LINKS = ("customer", "contact", "lead", "deal")


class DocumentSerializer(RecordSerializer):
    """`file` is only sent, as multipart/form-data; a new one is a version (`…/{id}/versions`)."""

    class Meta:
        model = Document
        fields = (
            *RECORD_FIELDS,
            *("title", "document_type", "status", "status_reason", "verified_by", "verified_at", "expires_on"),
            *DOCUMENT_LINKS,
            *("number", "file_name", "content_type", "size", "sha256"),
        )
        read_only_fields = ("owner",)
        extra_kwargs = OPTIONAL_TEAM
        expandable = {
            **PEOPLE,
            "customer": LinkedCustomerSerializer,
            "contact": ContactSerializer,
            "lead": LeadSerializer,
        }


class DocumentUploadSerializer(DocumentSerializer):
    """What the file may be is the service's to say, an empty one included."""

    file = serializers.FileField(allow_empty_file=True, write_only=True)

    class Meta(DocumentSerializer.Meta):
        fields = (*DocumentSerializer.Meta.fields, "file")  # type: ignore[assignment]
        extra_kwargs = {**OPTIONAL_TEAM, "title": {"required": False}}


class DocumentFileSerializer(StrictSerializer):
    file = serializers.FileField(allow_empty_file=True, write_only=True)


class DocumentVersionSerializer(RecordSerializer):
    content_type = serializers.CharField(source="content.content_type", read_only=True)
    size = serializers.IntegerField(source="content.size", read_only=True)
    sha256 = serializers.CharField(source="content.sha256", read_only=True)
    scan = serializers.CharField(source="content.scan", read_only=True)

    class Meta:
        model = DocumentVersion
        fields = (
            *("id", "number", "created_at", "file_name", "content_type", "size", "sha256", "scan"),
            *("uploaded_by", "restored_from"),
        )
        read_only_fields = fields


class VerdictSerializer(StrictSerializer):
    status = serializers.ChoiceField(
        [DocumentStatus.PENDING.value, DocumentStatus.VERIFIED.value, DocumentStatus.REJECTED.value]
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    expires_on = serializers.DateField(required=False, allow_null=True)


class VersionNumberSerializer(StrictSerializer):
    number = serializers.IntegerField(min_value=1, max_value=1_000_000)


class BillingProfileSerializer(RecordSerializer):
    next_invoice_on = serializers.DateField(read_only=True, allow_null=True)

    class Meta:
        model = BillingProfile
        fields = (
            *RECORD_FIELDS,
            *("customer", "cycle", "first_invoice_on", "next_invoice_on", "payment_days", "currency"),
            *("tax_country", "tax_id", "payment_preference", "credit_limit", "delivery", "invoice_email", "contact"),
        )
        extra_kwargs = OPTIONAL_TEAM
        expandable = {**PEOPLE, "customer": LinkedCustomerSerializer, "contact": ContactSerializer}


class MergeSerializer(RecordSerializer):
    can_be_undone = serializers.BooleanField(read_only=True)

    class Meta:
        model = Merge
        fields = (
            *("id", "version", "created_at", "updated_at", "kind", "team", "winner_id", "loser_id", "by"),
            *("undone_at", "can_be_undone"),
        )


class DuplicatePairSerializer(RecordSerializer):
    class Meta:
        model = DuplicatePair
        fields = (
            *("id", "version", "created_at", "updated_at", "kind", "team", "left_id", "right_id"),
            *("score", "reasons", "state", "decided_by"),
        )
        read_only_fields = fields


class MergeRequestSerializer(serializers.Serializer):
    """`fields` says of a field whose value stays: `this`, `other`, or `both` where both can be kept."""

    other = serializers.UUIDField()
    fields = serializers.DictField(child=serializers.ChoiceField(choices=SOURCES), required=False)  # type: ignore[assignment]


class MergeUndoSerializer(serializers.Serializer):
    """`keep_edits`: undo around what was changed since, which stays as it is."""

    keep_edits = serializers.BooleanField(default=False)
