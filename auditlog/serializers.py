"""The API's form of an event."""

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from auditlog.models import AuditEvent, AuditSeal
from auditlog.wording import changes_for
from crm.core.api.serializing import RecordSerializer

CHANGES = {"type": "object", "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2, "items": {}}}


class AuditEventSerializer(RecordSerializer):
    """`changes` maps a field to [before, after]."""

    changes = serializers.SerializerMethodField()

    class Meta:
        model = AuditEvent
        fields = (
            *("id", "at", "action", "actor_id", "actor_label", "actor_kind", "on_behalf_of", "door", "credential"),
            *("address", "agent", "trace_id", "object_type", "object_id", "object_label", "team_id", "changes"),
            *("retention", "erased_at", "seal_id"),
        )

    def to_representation(self, event: AuditEvent) -> dict[str, Any]:
        """With a marker for what the caller may not read in the record itself."""
        shown = super().to_representation(event)
        return shown | ({"changes": changes_for(event, self.context["request"].actor)} if "changes" in shown else {})

    @extend_schema_field(CHANGES)
    def get_changes(self, event: AuditEvent) -> dict[str, list[Any]]:
        return json.loads(event.changes or "{}")


class AuditSealSerializer(RecordSerializer):
    # Named, because the range of a number column differs between databases and the API's description must not.
    seq = serializers.IntegerField(read_only=True)
    n = serializers.IntegerField(read_only=True)

    class Meta:
        model = AuditSeal
        fields = ("seq", "retention", "n", "root", "at", "until", "prev", "kid", "signature")


class CountSerializer(serializers.Serializer):
    key = serializers.CharField()
    count = serializers.IntegerField()


class AuditAnalyticsSerializer(serializers.Serializer):
    total = serializers.IntegerField()
    days = CountSerializer(many=True)
    hours = CountSerializer(many=True)
    actions = CountSerializer(many=True)
    people = CountSerializer(many=True)
    objects = CountSerializer(many=True)
    readers = CountSerializer(many=True)
    failures = CountSerializer(many=True)
