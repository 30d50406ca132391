"""What the lists of lead sources and of their submissions can be narrowed by."""

from crm.capture.models import LeadSource, Submission
from crm.core.listing import RecordFilters


class LeadSourceFilters(RecordFilters):
    class Meta:
        model = LeadSource
        orderings = ("-created_at", "name", "updated_at")
        fields = {"kind": ["exact"], "is_active": ["exact"], "team": ["exact"], "owner": ["exact"]}


class SubmissionFilters(RecordFilters):
    class Meta:
        model = Submission
        orderings = ("-created_at",)
        fields = {"state": ["exact"], "created_at": ["gte", "lt"]}
