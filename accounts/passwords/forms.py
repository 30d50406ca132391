"""The policy as a form; the service checks and saves."""

from accounts.models import PasswordPolicy
from crm.core.forms import RecordForm


class PasswordPolicyForm(RecordForm):
    GROUPS = (
        ("What a new password must be", ("minimum_length", "required_classes", "refuse_common", "refuse_similar")),
        ("How long one lasts", ("remembered", "maximum_age_days")),
    )

    class Meta:
        model = PasswordPolicy
        fields = (
            "minimum_length",
            "required_classes",
            "refuse_common",
            "refuse_similar",
            "remembered",
            "maximum_age_days",
        )
