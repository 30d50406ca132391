"""The API's form of imports."""

from rest_framework import serializers

from crm.core.api.serializing import RecordSerializer
from crm.transfer.models import ImportRun

COUNTS = ("created_count", "updated_count", "unchanged_count", "skipped_count", "failed_count", "linked_count")
UNDONE = ("removed_count", "restored_count")


class ImportSerializer(RecordSerializer):
    percent_done = serializers.IntegerField(read_only=True)

    class Meta:
        model = ImportRun
        fields = (
            *("id", "team", "owner", "version", "created_at", "updated_at", "resource", "source", "state", "mode"),
            *("file_name", "file_size", "sha256", "encoding", "encoding_certain", "delimiter", "headers", "mapping"),
            *(
                "format",
                "warnings",
                "options",
                *COUNTS,
                "kind_counts",
                *UNDONE,
                "percent_done",
                "started_at",
                "finished_at",
            ),
        )
        read_only_fields = fields
