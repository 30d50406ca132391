"""What the list of acts on many records can be narrowed by."""

from crm.bulk.models import BulkRun
from crm.core.listing import RecordFilters


class BulkFilters(RecordFilters):
    class Meta:
        model = BulkRun
        orderings = ("-created_at", "resource", "state", "total")
        fields = {
            "resource": ["exact"],
            "action": ["exact"],
            "state": ["exact"],
            "created_at": ["gte", "lt"],
        }
