"""The API's form of OAuth clients and of what people granted to them."""

from typing import Any

from rest_framework import serializers

from accounts.models import Application, Role, Team
from crm.core.api.serializing import LinkField, RecordSerializer


class ClientSerializer(RecordSerializer):
    """`role` and `teams` give it an account of its own, as which it acts by itself; a `role` of null takes it away."""

    redirect_uris = serializers.ListField(
        child=serializers.CharField(max_length=2000), source="redirect_list", max_length=50, required=False
    )
    scopes = serializers.ListField(child=serializers.CharField(max_length=64), max_length=500)
    grant_types = serializers.ListField(child=serializers.CharField(), read_only=True)
    service_account = serializers.UUIDField(source="user_id", read_only=True, allow_null=True)
    role = LinkField(queryset=Role.objects.all(), write_only=True, required=False, allow_null=True)
    teams = LinkField(queryset=Team.objects.all(), many=True, write_only=True, required=False)

    class Meta:
        model = Application
        fields = (
            "id", "name", "client_id", "client_type", "redirect_uris", "scopes", "grant_types", "service_account",
            "role", "teams", "is_active", "previous_secret_expires_at", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("client_id", "is_active", "previous_secret_expires_at")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if self.partial and "client_type" in values:
            error = serializers.ErrorDetail("Register a new client instead.", code="unchangeable")
            raise serializers.ValidationError({"client_type": error})
        if "teams" in values and "role" not in values:
            raise serializers.ValidationError({"role": serializers.ErrorDetail("Name the role, too.", code="required")})
        if "redirect_list" in values:
            values["redirect_uris"] = values.pop("redirect_list")
        return values


class NewClientSerializer(ClientSerializer):
    """`client_secret` is shown this once; null for a public client."""

    client_secret = serializers.CharField(read_only=True, allow_null=True)

    class Meta(ClientSerializer.Meta):
        fields = (*ClientSerializer.Meta.fields, "client_secret")  # type: ignore[assignment]


class RotationSerializer(serializers.Serializer):
    overlap_hours = serializers.IntegerField(default=24)


class IssuedSerializer(serializers.Serializer):
    day = serializers.DateField()
    tokens = serializers.IntegerField()


class UseSerializer(serializers.Serializer):
    live_grants = serializers.IntegerField()
    people = serializers.IntegerField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    issued = IssuedSerializer(many=True)


class GrantedDeviceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    scopes = serializers.CharField(source="scope")
    address = serializers.CharField()
    last_address = serializers.CharField()
    agent = serializers.CharField()
    started_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class GrantedSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="application.pk")
    name = serializers.CharField(source="application.name")
    client_id = serializers.CharField(source="application.client_id")
    scopes = serializers.ListField(child=serializers.CharField())
    since = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    devices = GrantedDeviceSerializer(source="families", many=True)


class GrantedListSerializer(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = GrantedSerializer(many=True)
