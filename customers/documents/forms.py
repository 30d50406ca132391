"""Forms of documents; what a file may be is the service's to say, so that pages and API refuse alike."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.forms import RecordForm
from customers.documents.formats import ACCEPT
from customers.models import Document
from customers.models.choices import DocumentStatus

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class FileField(forms.FileField):
    """Empty files and long names reach the service, whose refusals are coded."""

    widget = forms.FileInput(attrs={"class": "dropzone", "accept": ACCEPT})

    def to_python(self, data: Any) -> Any:
        return data or None


class UploadForm(RecordForm):
    file = FileField(label=_("File"))

    class Meta:
        model = Document
        fields = ["title", "document_type", "expires_on"]
        widgets = {"expires_on": DAY}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("Without one it is called as the file is.")
        self.order_fields(["file", "title", "document_type", "expires_on"])


class VersionForm(forms.Form):
    file = FileField(label=_("File"))


class DocumentForm(RecordForm):
    GROUPS = ((_("Document"), ("title", "document_type", "expires_on")),)

    class Meta:
        model = Document
        fields = ["title", "document_type", "expires_on"]
        widgets = {"expires_on": DAY}


class VerdictForm(forms.Form):
    status = forms.ChoiceField(
        label=_("Verdict"),
        choices=[(one.value, one.label) for one in DocumentStatus if one != DocumentStatus.EXPIRED],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    expires_on = forms.DateField(label=_("Valid until"), required=False, widget=DAY)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
