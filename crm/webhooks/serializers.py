"""The API's form of webhooks and their deliveries. A secret is in the answer of the request that made it, and nowhere
else."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.serializers import TeamSerializer, UserSummarySerializer
from crm.core.api.serializing import RecordSerializer, StrictSerializer
from crm.outbox.models import FINISHED, Delivery
from crm.webhooks.checking import MOST_LISTED
from crm.webhooks.models import Webhook
from crm.webhooks.services import LONGEST_OVERLAP, USUAL_OVERLAP

CHANGEABLE = ("name", "url", "description", "events", "changed_fields", "is_active")
SHOWN = (
    *("id", "team", "owner", "version", "created_at", "updated_at", *CHANGEABLE),
    *("stopped_because", "failures", "failing_since", "resting_until", "previous_secret_until"),
)


class WebhookSerializer(RecordSerializer):
    """`events` are types such as `customer.created` and patterns such as `deal.*` or `*`; `changed_fields` lets
    through only what changed one of these. It shows what its `owner`, who saved it last, may read."""

    name = serializers.CharField(max_length=100, required=False)
    events = serializers.ListField(child=serializers.CharField(max_length=64), max_length=MOST_LISTED)
    changed_fields = serializers.ListField(
        child=serializers.CharField(max_length=80), max_length=MOST_LISTED, required=False
    )

    class Meta:
        model = Webhook
        fields: tuple[str, ...] = SHOWN
        read_only_fields = tuple(name for name in SHOWN if name not in (*CHANGEABLE, "team"))
        extra_kwargs: ClassVar[dict[str, Any]] = {"team": {"required": False}}
        expandable: ClassVar[dict[str, Any]] = {"owner": UserSummarySerializer, "team": TeamSerializer}


class ChangedWebhookSerializer(WebhookSerializer):
    class Meta(WebhookSerializer.Meta):
        fields = CHANGEABLE


class IssuedWebhookSerializer(WebhookSerializer):
    secret = serializers.CharField(help_text="Shown this once.")

    class Meta(WebhookSerializer.Meta):
        fields = (*SHOWN, "secret")


class WebhookRotationSerializer(StrictSerializer):
    overlap_hours = serializers.IntegerField(min_value=0, max_value=LONGEST_OVERLAP, default=USUAL_OVERLAP)


class WebhookReplaySerializer(StrictSerializer):
    """One `delivery`, or all from `since` to `until` that ended in one of `states`."""

    delivery = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    states = serializers.ListField(child=serializers.ChoiceField([one.value for one in FINISHED]), required=False)


class WebhookReplayedSerializer(serializers.Serializer):
    replayed = serializers.IntegerField()


class WebhookDeliverySerializer(RecordSerializer):
    """`id` is the `webhook-id` that the endpoint gets; `object_id` the record it is about."""

    type = serializers.CharField(source="subject", read_only=True)
    object_id = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = (
            *("id", "type", "object_id", "state", "attempts", "next_attempt_at", "last_error"),
            *("created_at", "finished_at", "retried_at"),
        )
        read_only_fields = fields

    def get_object_id(self, delivery: Delivery) -> str:
        return delivery.series.partition(":")[2]


class WebhookTrySerializer(serializers.Serializer):
    """`body` is empty where the caller may not read the record, and shortened by fields they may not read."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    url = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())
    body = serializers.CharField()
    status = serializers.IntegerField(allow_null=True)
    answer = serializers.CharField()
    error = serializers.CharField()
    milliseconds = serializers.IntegerField()


class WebhookDeliveryDetailSerializer(WebhookDeliverySerializer):
    tries = WebhookTrySerializer(many=True, read_only=True)

    class Meta(WebhookDeliverySerializer.Meta):
        fields = (*WebhookDeliverySerializer.Meta.fields, "tries")


class WebhookTypesSerializer(serializers.Serializer):
    types = serializers.ListField(child=serializers.CharField())
