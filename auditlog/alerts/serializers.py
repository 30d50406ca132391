"""The API's form of security events, alerts and rules."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from auditlog.alerts.data import BY_NAME
from auditlog.alerts.explaining import explanation
from auditlog.alerts.findings import details_of
from auditlog.alerts.services import LONGEST_COMMENT
from auditlog.models import Alert, AlertEntry, AnomalyRule, Resolution, SecurityEvent
from crm.core.api.serializing import RecordSerializer, StrictSerializer

# A burst rests on hundreds of events; these are the newest.
MOST_EVIDENCE = 200


class SecurityEventSerializer(RecordSerializer):
    """`details` depends on the kind and never holds a secret."""

    details = serializers.SerializerMethodField()

    class Meta:
        model = SecurityEvent
        fields = (
            *("id", "at", "kind", "severity", "person_id", "person_label", "team_id", "address", "agent"),
            *("trace_id", "details"),
        )

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_details(self, event: SecurityEvent) -> dict[str, Any]:
        return details_of(event)


class AlertSerializer(RecordSerializer):
    """`rule` is the rule's name; `count` how many events it rests on."""

    rule = serializers.CharField(source="rule.name", read_only=True)
    explanation = serializers.SerializerMethodField()
    count = serializers.IntegerField(read_only=True)
    team_id = serializers.UUIDField(source="home_team_id", read_only=True)

    class Meta:
        model = Alert
        fields: tuple[str, ...] = (
            *("id", "rule", "severity", "state", "explanation", "count", "person_id", "person_label", "key_id"),
            *("key_label", "address", "team_id", "first_seen_at", "last_seen_at", "told_at", "closed_at"),
            *("resolution", "version", "created_at", "updated_at"),
        )
        read_only_fields = fields

    def get_explanation(self, alert: Alert) -> str:
        return explanation(alert)


class AlertEntrySerializer(serializers.ModelSerializer):
    class Meta:
        model = AlertEntry
        fields = ("id", "at", "what", "actor_id", "actor_label", "body")


class AlertDetailSerializer(AlertSerializer):
    """`evidence`: ids of security events, newest first, at most 200. `entries`: what people did and said."""

    evidence = serializers.SerializerMethodField()
    entries = serializers.SerializerMethodField()

    class Meta(AlertSerializer.Meta):
        fields = (*AlertSerializer.Meta.fields, "evidence", "entries")

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_evidence(self, alert: Alert) -> list[Any]:
        return list(alert.evidence.order_by("-pk").values_list("event_id", flat=True)[:MOST_EVIDENCE])

    @extend_schema_field(AlertEntrySerializer(many=True))
    def get_entries(self, alert: Alert) -> list[dict[str, Any]]:
        return list(AlertEntrySerializer(alert.entries.all(), many=True).data)


class AnomalyRuleSerializer(RecordSerializer):
    """`threshold` counts what `counted` says; empty where one event is enough."""

    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    about = serializers.SerializerMethodField()
    counted = serializers.SerializerMethodField()
    threshold = serializers.IntegerField(min_value=1, max_value=1_000_000)
    window_minutes = serializers.IntegerField(min_value=1, max_value=43_200)

    class Meta:
        model = AnomalyRule
        fields = (
            *("id", "name", "label", "about", "is_enabled", "threshold", "counted", "window_minutes", "severity"),
            *("mail_from", "opens", "closes", "version", "created_at", "updated_at"),
        )
        read_only_fields = ("name",)

    def get_label(self, rule: AnomalyRule) -> str:
        return str(BY_NAME[rule.name].label)

    def get_about(self, rule: AnomalyRule) -> str:
        return str(BY_NAME[rule.name].about)

    def get_counted(self, rule: AnomalyRule) -> str:
        return str(BY_NAME[rule.name].counted)


class CommentSerializer(StrictSerializer):
    comment = serializers.CharField(max_length=LONGEST_COMMENT)


class AcknowledgeSerializer(StrictSerializer):
    comment = serializers.CharField(max_length=LONGEST_COMMENT, required=False, allow_blank=True)


class CloseSerializer(AcknowledgeSerializer):
    resolution = serializers.ChoiceField(choices=Resolution.choices)


class ActSerializer(StrictSerializer):
    """One of the names that the alert's page offers, such as `end_sessions`."""

    action = serializers.CharField(max_length=32)


class DoneSerializer(serializers.Serializer):
    done = serializers.CharField()
