"""What the list of views can be narrowed by."""

from crm.core.listing import RecordFilters
from crm.lists.models import SavedView


class ViewFilters(RecordFilters):
    class Meta:
        model = SavedView
        orderings = ("name", "created_at", "updated_at")
        fields = {"resource": ["exact"], "visibility": ["exact"], "owner": ["exact"], "team": ["exact"]}
