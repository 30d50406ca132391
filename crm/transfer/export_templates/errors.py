"""Why a template cannot be kept."""

from crm.core.errors import Conflict


class TooManyTemplates(Conflict):
    code, message = "too_many_export_templates", "You have as many templates as one person can keep. Delete one first."
