"""The API's form of keys. The key itself is in one answer only, and never asked for but where a leak is reported."""

from typing import Any

from rest_framework import serializers

from accounts.models import ApiKey
from accounts.models.api_keys import DEFAULT_DAYS, MOST_DAYS, OVERLAP_DAYS
from accounts.serializers import TeamSerializer, UserSummarySerializer
from crm.core.api.serializing import RecordSerializer

CHANGEABLE = ("name", "scopes", "allowed_networks")
SHOWN = (
    *("id", "name", "hint", "user", "team", "scopes", "allowed_networks", "state", "version"),
    *("created_at", "updated_at", "created_by", "expires_at", "last_used_at", "last_used_address"),
    *("revoked_at", "revoked_reason", "replaced_by"),
)


class ApiKeySerializer(RecordSerializer):
    scopes = serializers.ListField(child=serializers.CharField(max_length=64), max_length=200)
    allowed_networks = serializers.ListField(child=serializers.CharField(max_length=64), max_length=50, required=False)
    state = serializers.SerializerMethodField()

    class Meta:
        model = ApiKey
        fields: tuple[str, ...] = SHOWN
        read_only_fields = tuple(name for name in SHOWN if name not in (*CHANGEABLE, "team"))
        expandable = {"user": UserSummarySerializer, "team": TeamSerializer}

    def get_state(self, key: ApiKey) -> str:
        return key.state()


class NewApiKeySerializer(ApiKeySerializer):
    expires_in_days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=DEFAULT_DAYS, write_only=True)

    class Meta(ApiKeySerializer.Meta):
        fields = (*SHOWN, "expires_in_days")


class ChangedApiKeySerializer(ApiKeySerializer):
    """Scopes can only become fewer."""

    class Meta(ApiKeySerializer.Meta):
        fields = CHANGEABLE


class IssuedApiKeySerializer(ApiKeySerializer):
    key = serializers.CharField(help_text="Shown this once.")

    class Meta(ApiKeySerializer.Meta):
        fields = (*SHOWN, "key")


class StrictSerializer(serializers.Serializer):
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            refusal = serializers.ErrorDetail("There is no such field.", code="unknown_field")
            raise serializers.ValidationError(dict.fromkeys(unknown, refusal))
        return super().to_internal_value(data)


class KeyRotationSerializer(StrictSerializer):
    expires_in_days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=DEFAULT_DAYS)
    overlap_days = serializers.IntegerField(min_value=0, max_value=OVERLAP_DAYS, default=OVERLAP_DAYS)


class LeakSerializer(StrictSerializer):
    key = serializers.CharField(max_length=200, write_only=True)
