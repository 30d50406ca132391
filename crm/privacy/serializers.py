"""The API's form of requests."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import TeamSerializer, UserSummarySerializer
from crm.core.api.serializing import RecordSerializer, StrictSerializer
from crm.privacy.models import RetentionPolicy, SubjectRequest, SubjectWork, WorkKind, WorkState


class SubjectRequestSerializer(RecordSerializer):
    """`subjects` are pairs such as `["contact", id]`."""

    subjects: Any = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(max_length=40), min_length=2, max_length=2),
        required=False,
        max_length=50,
    )

    class Meta:
        model = SubjectRequest
        fields = (
            *("id", "team", "owner", "version", "created_at", "updated_at"),
            *("kind", "person", "asked_by", "received_at", "due_on", "state", "reason", "subjects", "closed_at"),
        )
        read_only_fields = ("due_on", "state", "reason", "closed_at")
        extra_kwargs = {"team": {"required": False}}
        expandable = {"owner": UserSummarySerializer, "team": TeamSerializer}


class RefusalSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=255)


class SubjectWorkSerializer(serializers.Serializer):
    """`status`: waiting, running, done, failed (`error` says why). `found` are rows that name the person so far."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=WorkKind.choices)
    status = serializers.ChoiceField(choices=WorkState.choices, source="state")
    found = serializers.IntegerField()
    events_read = serializers.IntegerField()
    rows: Any = serializers.DictField(child=serializers.IntegerField(), source="counts")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    error: Any = serializers.SerializerMethodField()
    status_url = serializers.SerializerMethodField()
    download_url = serializers.SerializerMethodField()

    @extend_schema_field({"type": "object", "nullable": True, "additionalProperties": {"type": "string"}})
    def get_error(self, work: SubjectWork) -> dict[str, str] | None:
        return {"code": work.code, "message": work.fault} if work.fault else None

    def get_status_url(self, work: SubjectWork) -> str:
        return reverse(f"privacy_api:subject-requests-{work.kind}", kwargs={"pk": work.request_id})

    def get_download_url(self, work: SubjectWork) -> str | None:
        """Where the archive, or the certificate, is once there is one."""
        name = {WorkKind.EXPORT: "archive", WorkKind.ERASE: "certificate"}.get(WorkKind(work.kind))
        is_there = work.state == WorkState.DONE and (bool(work.file) or work.kind == WorkKind.ERASE)
        return reverse(f"privacy_api:subject-requests-{name}", kwargs={"pk": work.request_id}) if is_there else None


class RetentionPolicySerializer(RecordSerializer):
    class Meta:
        model = RetentionPolicy
        fields = (
            *("id", "version", "created_at", "updated_at"),
            *("kind", "action", "keep_days", "counted_from", "basis", "is_enabled"),
        )


class RetentionHitsSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    count_is_estimate = serializers.BooleanField()
