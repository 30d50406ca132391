"""Reviews, items, processing activities and reports as the API shows them."""

from typing import Any

from rest_framework import serializers

from auditlog.models import LegalHold
from crm.compliance.deciding import MOST_AT_ONCE
from crm.compliance.forms import REPLACEMENTS
from crm.compliance.models import AccessReview, Decision, ProcessingActivity, ReviewItem
from crm.core.api.serializing import RecordSerializer, StrictSerializer

REVIEW_STATES = ("running", "overdue", "complete")


class AccessReviewSerializer(RecordSerializer):
    """`roles` are the grants of each role on the day of the snapshot, by its id."""

    state = serializers.ChoiceField(choices=REVIEW_STATES, read_only=True)

    class Meta:
        model = AccessReview
        read_only_fields = (
            *("roles", "started_by", "started_by_label", "completed_at", "completed_by_label", "sign_off", "digest"),
        )
        fields = (
            *("id", "name", "scope", "team", "due_on", "reviewers", "state"),
            *read_only_fields,
            *("version", "created_at", "updated_at"),
        )


class ReviewEditSerializer(RecordSerializer):
    """What of a running review can be changed."""

    class Meta:
        model = AccessReview
        fields = ("name", "due_on", "reviewers")


class ReviewItemSerializer(RecordSerializer):
    class Meta:
        model = ReviewItem
        fields = (
            *("id", "review", "person_id", "person_label", "person_email", "kind", "target_id", "label", "detail"),
            *("is_privileged", "granted_at", "granted_by", "last_used_at", "decision", "comment", "outcome"),
            *("decided_at", "decided_by_id", "decided_by_label"),
        )
        read_only_fields = fields


class DecisionSerializer(StrictSerializer):
    """`replacement` is the role that stands in for a revoked one; a `comment` is needed to revoke."""

    items = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_AT_ONCE)
    decision = serializers.ChoiceField(choices=Decision.choices)
    comment = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    replacement = serializers.ChoiceField(choices=REPLACEMENTS, required=False, default="none")


class RefusedSerializer(serializers.Serializer):
    item = serializers.UUIDField()
    code = serializers.CharField()
    message = serializers.CharField()


class DecidedSerializer(serializers.Serializer):
    decided = ReviewItemSerializer(many=True)
    refused = RefusedSerializer(many=True)


class CompletionSerializer(StrictSerializer):
    sign_off = serializers.CharField(max_length=2000)


class ProcessingActivitySerializer(RecordSerializer):
    class Meta:
        model = ProcessingActivity
        fields = (
            *("id", "name", "lawful_basis", "purpose", "people", "data", "recipients", "transfers", "retention"),
            *("security_measures", "version", "created_at", "updated_at"),
        )


class ParameterSerializer(serializers.Serializer):
    name = serializers.CharField()
    about = serializers.CharField()


class ColumnSerializer(serializers.Serializer):
    name = serializers.CharField()
    heading = serializers.CharField()


class ReportSummarySerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    about = serializers.CharField()
    parameters = ParameterSerializer(many=True)
    columns = ColumnSerializer(many=True)
    url = serializers.CharField()
    formats = serializers.DictField(child=serializers.CharField())


class ReportListSerializer(serializers.Serializer):
    results = ReportSummarySerializer(many=True)


class TotalSerializer(serializers.Serializer):
    name = serializers.CharField()
    value = serializers.IntegerField()


class ReportSerializer(serializers.Serializer):
    """`rows` are the first 1,000, each by the names of the columns; `is_complete` says whether these are all."""

    name = serializers.CharField()
    title = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    generated_at = serializers.DateTimeField()
    columns = ColumnSerializer(many=True)
    totals = TotalSerializer(many=True)
    rows = serializers.ListField(child=serializers.DictField())
    is_complete = serializers.BooleanField()


class LegalHoldSerializer(RecordSerializer):
    """`state`: active or released."""

    state = serializers.ChoiceField(choices=("active", "released"), read_only=True)

    class Meta:
        model = LegalHold
        fields = (
            *("id", "version", "created_at", "updated_at", "object_type", "object_id", "object_label", "state"),
            *("reason", "placed_by", "released_at", "released_by", "release_reason"),
        )
        read_only_fields = fields


class NewHoldSerializer(StrictSerializer):
    """`object_type` and `object_id` as events of the trail have them: `contact`, and its id."""

    object_type = serializers.CharField(max_length=64)
    object_id = serializers.CharField(max_length=64)
    reason = serializers.CharField(max_length=255)


class ReleaseSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=255)


class ReviewCheckSerializer(serializers.Serializer):
    is_unchanged = serializers.BooleanField()
    erased_items = serializers.IntegerField()
    findings: Any = serializers.ListField(child=serializers.CharField())
