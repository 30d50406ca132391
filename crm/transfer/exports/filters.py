"""What the list of exports can be narrowed by."""

from crm.core.listing import RecordFilters
from crm.transfer.exports.models import Export


class ExportFilters(RecordFilters):
    class Meta:
        model = Export
        orderings = ("-created_at", "resource", "state", "rows_done")
        fields = {
            "resource": ["exact"],
            "state": ["exact"],
            "format": ["exact"],
            "created_at": ["gte", "lt"],
        }
