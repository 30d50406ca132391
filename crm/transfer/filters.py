"""What the list of imports can be narrowed by."""

from crm.core.listing import RecordFilters
from crm.transfer.models import ImportRun


class ImportFilters(RecordFilters):
    class Meta:
        model = ImportRun
        orderings = ("-created_at", "file_name", "state")
        fields = {
            "state": ["exact"],
            "resource": ["exact"],
            "source": ["exact"],
            "owner": ["exact"],
            "team": ["exact"],
            "created_at": ["gte", "lt"],
        }
