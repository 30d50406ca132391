"""Forms of this app's pages."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.forms import RecordForm
from crm.privacy.identifiers import ERASED
from crm.privacy.models import RetentionPolicy, SubjectRequest


class SubjectRequestForm(RecordForm):
    """`subject` is the record the request was started from: `contact:<id>`."""

    subject = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    GROUPS = ((_("Request"), ("kind", "person", "asked_by", "received_at", "team", "owner")),)

    class Meta:
        model = SubjectRequest
        fields = ["kind", "person", "asked_by", "received_at", "team", "owner"]
        widgets = {
            "kind": forms.RadioSelect,
            "received_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("received_at", timezone.localtime())

    def values(self) -> dict[str, Any]:
        values = super().values()
        subject = values.pop("subject", "")
        return {**values, "subjects": [subject.split(":", 1)] if subject else []}


class RefuseForm(forms.Form):
    reason = forms.CharField(max_length=255, label=_("Reason"), help_text=_("The person is told, and may complain."))


class EraseForm(forms.Form):
    """Typed, so that nobody erases by a slip."""

    confirmation = forms.CharField(label=_("Type “%s” to confirm") % ERASED, max_length=50)

    def clean_confirmation(self) -> str:
        if self.cleaned_data["confirmation"] != ERASED:
            raise forms.ValidationError(_("Type it exactly: %s") % ERASED, code="not_confirmed")
        return str(self.cleaned_data["confirmation"])


class RetentionPolicyForm(RecordForm):
    GROUPS = (
        (_("What happens when"), ("kind", "action", "keep_days", "counted_from")),
        (_("Why"), ("basis", "is_enabled")),
    )

    class Meta:
        model = RetentionPolicy
        fields = ["kind", "action", "keep_days", "counted_from", "basis", "is_enabled"]
        help_texts = {"is_enabled": _("Look at the preview first; the policy is applied every night.")}
