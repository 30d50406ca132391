"""What the list of backups can be narrowed by."""

from typing import ClassVar

from crm.core.listing import RecordFilters
from crm.ops.models import BackupRun


class BackupRunFilters(RecordFilters):
    class Meta:
        model = BackupRun
        orderings = ("-created_at", "created_at")
        fields: ClassVar[dict[str, list[str]]] = {"kind": ["exact"], "state": ["exact"], "taken_at": ["gte", "lt"]}
