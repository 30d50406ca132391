"""What the list of templates can be narrowed by."""

from crm.core.listing import RecordFilters
from crm.transfer.export_templates.models import ExportTemplate


class TemplateFilters(RecordFilters):
    class Meta:
        model = ExportTemplate
        orderings = ("name", "created_at", "resource")
        fields = {"resource": ["exact"], "owner": ["exact"], "team": ["exact"]}
