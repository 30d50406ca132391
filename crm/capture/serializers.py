"""The API's form of lead sources and of what came in. A secret is in the answer of the request that made it, and
nowhere else."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.serializers import TeamSerializer, UserSummarySerializer
from crm.capture.mapping import LONGEST_LABEL, LONGEST_PATH, MOST_FIELDS
from crm.capture.models import LeadSource, Submission
from crm.capture.services import CHANGEABLE, MOST_ORIGINS
from crm.capture.views.sources import address_of
from crm.core.api.serializing import RecordSerializer, StrictSerializer

WRITTEN = tuple(sorted(CHANGEABLE))
SHOWN = (
    *("id", "kind", "team", "version", "created_at", "updated_at", *WRITTEN, "address"),
    *("received", "last_received_at", "last_refusal", "last_refused_at", "previous_secret_until"),
)


class MappedFieldSerializer(StrictSerializer):
    """`field` is one of a lead, `custom_fields.<key>`, or of a webhook `consent`; `label` is for forms, `path`
    (`contact.email`, `items.0.name`) for webhooks, where the field's own name is the usual one."""

    field = serializers.CharField(max_length=80)
    label = serializers.CharField(max_length=LONGEST_LABEL, required=False, allow_blank=True)  # type: ignore[assignment]
    required = serializers.BooleanField(required=False)  # type: ignore[assignment]
    path = serializers.CharField(max_length=LONGEST_PATH, required=False, allow_blank=True)


class LeadSourceSerializer(RecordSerializer):
    """`address` is what strangers open, or programs post to. `owner` is whose its leads will be."""

    mapping = MappedFieldSerializer(many=True, required=False, max_length=MOST_FIELDS)  # type: ignore[call-arg]
    allowed_origins = serializers.ListField(
        child=serializers.CharField(max_length=255), max_length=MOST_ORIGINS, required=False
    )
    address = serializers.SerializerMethodField()

    class Meta:
        model = LeadSource
        fields: tuple[str, ...] = SHOWN
        read_only_fields = tuple(name for name in SHOWN if name not in (*WRITTEN, "team", "kind", "address"))
        extra_kwargs: ClassVar[dict[str, Any]] = {"team": {"required": False}}
        expandable: ClassVar[dict[str, Any]] = {"owner": UserSummarySerializer, "team": TeamSerializer}

    def get_address(self, source: LeadSource) -> str:
        return address_of(source)


class ChangedLeadSourceSerializer(LeadSourceSerializer):
    class Meta(LeadSourceSerializer.Meta):
        fields = WRITTEN


class IssuedLeadSourceSerializer(LeadSourceSerializer):
    secret = serializers.CharField(help_text="Of an inbound webhook, shown this once; empty for a form.")

    class Meta(LeadSourceSerializer.Meta):
        fields = (*SHOWN, "secret")


class ReasonSerializer(serializers.Serializer):
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class SubmissionSerializer(RecordSerializer):
    """`body` is what came, as it came: the JSON of a webhook, or {name: [texts]} of a form."""

    reasons = ReasonSerializer(many=True, read_only=True)

    class Meta:
        model = Submission
        fields = ("id", "version", "created_at", "updated_at", "state", "reasons", "lead", "alike", "address", "body")
        read_only_fields = fields
