"""What the list of schedules can be narrowed by."""

from crm.core.listing import RecordFilters
from crm.transfer.schedules.models import ExportSchedule


class ScheduleFilters(RecordFilters):
    class Meta:
        model = ExportSchedule
        orderings = ("-created_at", "name")
        fields = {"state": ["exact"], "destination": ["exact"], "template": ["exact"]}
