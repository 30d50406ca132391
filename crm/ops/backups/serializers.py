"""The API's form of a backup."""

from rest_framework import serializers

from crm.core.api.serializing import RecordSerializer
from crm.ops.models import BackupRun


class BackupRunSerializer(RecordSerializer):
    """`taken_at`: the moment that it shows. `finding`: what was wrong when it was verified last; empty is good."""

    seconds = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = BackupRun
        fields = (
            *("id", "version", "created_at", "updated_at", "name", "kind", "state", "requested_by", "taken_at"),
            *("started_at", "finished_at", "seconds", "size", "rows", "files", "is_encrypted", "error"),
            *("verified_at", "verify_asked_at", "finding"),
        )
        read_only_fields = fields
