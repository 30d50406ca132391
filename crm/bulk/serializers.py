"""The API's form of acts on many records, and of the order for one."""

from typing import Any

from rest_framework import serializers

from crm.bulk.models import BulkRun, BulkState
from crm.core.api.serializing import RecordSerializer, StrictSerializer


class BulkRunSerializer(RecordSerializer):
    """`undone_until` is null where there is nothing to undo."""

    status = serializers.ChoiceField(source="state", choices=BulkState.choices, read_only=True)
    percent_done = serializers.IntegerField(read_only=True)
    undone_until = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = BulkRun
        fields = (
            *("id", "owner", "version", "created_at", "updated_at", "resource", "action", "values", "about", "filters"),
            *("status", "total", "percent_done", "done_count", "unchanged_count", "stayed_count"),
            *("undone_count", "conflict_count", "fault", "finished_at", "undone_until"),
        )
        read_only_fields = fields


class BulkOrderSerializer(StrictSerializer):
    """`ids`, or `filters`: the parameters of the list, {} for all of it; `view` is a saved view of that list."""

    action = serializers.CharField(max_length=20)
    values = serializers.DictField(default=dict)
    ids = serializers.ListField(child=serializers.UUIDField(), required=False, allow_empty=False, max_length=10_000)
    filters = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=4_000), required=False)
    view = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in ("ids", "filters", "view")) != 1:
            raise serializers.ValidationError({"ids": "Send ids, filters or a view, one of them."}, code="required")
        return attrs
