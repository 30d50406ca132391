"""What lists of this app can be narrowed by, in pages and API alike."""

from crm.core.listing import RecordFilters
from crm.privacy.models import RetentionPolicy, SubjectRequest


class SubjectRequestFilters(RecordFilters):
    class Meta:
        model = SubjectRequest
        orderings = ("due_on", "created_at")
        fields = {"kind": ["exact"], "state": ["exact"], "team": ["exact"], "owner": ["exact"]}


class RetentionPolicyFilters(RecordFilters):
    class Meta:
        model = RetentionPolicy
        orderings = ("kind", "created_at")
        fields = {"kind": ["exact"], "is_enabled": ["exact"]}
