"""A job's switch and interval as a form; the service checks and saves."""

from crm.core.forms import RecordForm
from crm.ops.models import Job


class JobForm(RecordForm):
    GROUPS = (("Schedule", ("is_enabled", "every_minutes")),)

    class Meta:
        model = Job
        fields = ("is_enabled", "every_minutes")
