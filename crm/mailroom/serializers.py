"""The API's form of mails, templates and suppressed addresses."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.core.api.serializing import RecordSerializer, StrictSerializer
from crm.mailroom.queue import LONGEST_HTML, LONGEST_SUBJECT, LONGEST_TEXT, USUAL_DAYS
from crm.mailroom.returns import returns_of
from crm.mailroom.views.queue import text_of
from crm.outbox.models import FINISHED, Delivery, Priority, Return, State, Suppression, SuppressionReason


class EmailSerializer(RecordSerializer):
    """`last_error` in words; `topic` is the kind of mail. `is_sensitive`: its content is shown to nobody."""

    to = serializers.CharField(source="recipient", read_only=True)

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = (
            *("id", "to", "subject", "topic", "state", "priority", "attempts", "next_attempt_at", "last_error"),
            *("is_sensitive", "is_transactional", "team_id", "sent_by_id", "created_at", "finished_at"),
        )
        read_only_fields = fields


class ReturnSerializer(serializers.ModelSerializer):
    """`status` is the enhanced status code (RFC 3463), `said` what the other server said."""

    class Meta:
        model = Return
        fields = ("kind", "status", "said", "at")
        read_only_fields = fields


class EmailDetailSerializer(EmailSerializer):
    """`text` is empty for a sensitive mail, and once the content is gone. `returns`: bounces, complaints."""

    text = serializers.SerializerMethodField()
    returns = serializers.SerializerMethodField()

    class Meta(EmailSerializer.Meta):
        fields = (*EmailSerializer.Meta.fields, "text", "returns")

    def get_text(self, mail: Delivery) -> str:
        return text_of(mail)

    @extend_schema_field(ReturnSerializer(many=True))
    def get_returns(self, mail: Delivery) -> Any:
        return ReturnSerializer(returns_of(mail), many=True).data


class MessageSerializer(StrictSerializer):
    """`html` is the content in the tags a mail may have, without a frame; made of the text where it is missing."""

    to = serializers.EmailField(max_length=320)
    subject = serializers.CharField(max_length=LONGEST_SUBJECT)
    text = serializers.CharField(max_length=LONGEST_TEXT)
    html = serializers.CharField(max_length=LONGEST_HTML, required=False, allow_blank=True)
    transactional = serializers.BooleanField(required=False)
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)


class OperationSerializer(StrictSerializer):
    op = serializers.CharField(help_text="create")
    data = MessageSerializer()  # type: ignore[assignment]


class EmailBulkSerializer(StrictSerializer):
    """Up to 500; all or nothing unless `atomic` is false."""

    operations = OperationSerializer(many=True)
    atomic = serializers.BooleanField(required=False)


class PauseSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=255, required=False, allow_blank=True)


class CleanUpSerializer(StrictSerializer):
    days = serializers.IntegerField(min_value=1, max_value=3650, default=USUAL_DAYS)
    states = serializers.ListField(
        child=serializers.ChoiceField(choices=[(str(one), str(one)) for one in FINISHED]), required=False
    )


class CleanedUpSerializer(serializers.Serializer):
    removed = serializers.IntegerField()


class PausedSerializer(serializers.Serializer):
    paused = serializers.BooleanField()


class EmailStatsSerializer(serializers.Serializer):
    """`by_state` of what is stored; `oldest_due_at`: since when a mail that could leave waits."""

    by_state = serializers.DictField(child=serializers.IntegerField())
    sent_last_day = serializers.IntegerField()
    failed_last_day = serializers.IntegerField()
    oldest_due_at = serializers.DateTimeField(allow_null=True)
    paused = serializers.BooleanField()
    paused_by = serializers.CharField()
    paused_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()


class SuppressionSerializer(RecordSerializer):
    """A bounce or a block by hand stops every mail, the others stop news."""

    address = serializers.EmailField(max_length=320)
    reason = serializers.ChoiceField(choices=SuppressionReason.choices, required=False)
    detail = serializers.CharField(max_length=500, required=False, allow_blank=True)

    class Meta:
        model = Suppression
        fields = ("id", "address", "reason", "detail", "at", "by_label")
        read_only_fields = ("at", "by_label")


def stats_shown(found: Any) -> dict[str, Any]:
    pause = found.pause
    return {
        "by_state": {name: found.by_state[name] for name in State.values},
        "sent_last_day": found.sent_last_day,
        "failed_last_day": found.failed_last_day,
        "oldest_due_at": found.oldest_due_at,
        "paused": pause is not None,
        "paused_by": pause.by_label if pause else "",
        "paused_at": pause.at if pause else None,
        "reason": pause.reason if pause else "",
    }
