"""The form that renames a template, or shares it."""

from django.utils.translation import gettext_lazy as _

from crm.core.forms import RecordForm
from crm.transfer.export_templates.models import ExportTemplate


class TemplateForm(RecordForm):
    GROUPS = ((_("Template"), ("name", "team")),)

    class Meta:
        model = ExportTemplate
        fields = ("name", "team")
