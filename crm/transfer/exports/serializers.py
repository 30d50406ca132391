"""The API's form of exports, and of the order for one."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from crm.core.api.serializing import RecordSerializer, StrictSerializer
from crm.transfer.exports.models import Export, ExportState


class ExportSerializer(RecordSerializer):
    """`download_url` is null until the file is ready, and again once it has expired."""

    status = serializers.ChoiceField(source="state", choices=ExportState.choices, read_only=True)
    percent_done = serializers.IntegerField(read_only=True)

    class Meta:
        model = Export
        fields = (
            *("id", "owner", "version", "created_at", "updated_at", "resource", "format", "filters", "columns"),
            *("status", "rows_total", "rows_done", "percent_done", "file_size", "sha256", "fault"),
            *("started_at", "finished_at", "expires_at"),
        )
        read_only_fields = fields

    def get_fields(self) -> dict[str, Any]:
        address = serializers.URLField(read_only=True, allow_null=True)
        return {**super().get_fields(), "download_url": address}

    @classmethod
    def getters(cls) -> dict[str, Any]:
        return {**super().getters(), "download_url": address_of}

    def to_representation(self, record: Any) -> dict[str, Any]:
        shown = super().to_representation(record)
        if shown.get("download_url"):
            shown["download_url"] = self.context["request"].build_absolute_uri(shown["download_url"])
        return shown


def address_of(export: Export) -> str | None:
    return reverse("api:exports-download", args=[export.pk]) if export.state == ExportState.DONE else None


class ExportOrderSerializer(StrictSerializer):
    """`filters` are the parameters of the resource's list; `view` takes those of a saved view, `ids` just these records
    instead."""

    resource = serializers.CharField(max_length=20)
    format = serializers.CharField(max_length=10, default="csv")
    filters = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=4_000), default=dict)
    view = serializers.UUIDField(required=False)
    ids = serializers.ListField(child=serializers.UUIDField(), required=False)
    columns = serializers.ListField(child=serializers.CharField(max_length=100), required=False, allow_empty=False)
