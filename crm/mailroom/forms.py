"""Forms of the e-mail pages; the services check and save."""

from django import forms
from django.utils.translation import gettext_lazy as _

from auditlog.honeypots.forms import RefusableForm
from crm.outbox.models import SuppressionReason

CODE = {"class": "code", "spellcheck": "false"}


class TemplateForm(RefusableForm):
    """`version` is what its reader saw: 0 where nobody had changed the mail."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    subject = forms.CharField(max_length=200, label=_("Subject"))
    text = forms.CharField(
        max_length=20_000, strip=False, label=_("Text"), widget=forms.Textarea(attrs={"rows": 10, **CODE}),
        help_text=_("For programs that show no HTML; it should say the same."),
    )  # fmt: skip
    html = forms.CharField(
        max_length=40_000, strip=False, label="HTML", widget=forms.Textarea(attrs={"rows": 14, **CODE}),
        help_text=_("The content alone: frame, fonts and colours are added. Classes: button, box, figure, muted."),
    )  # fmt: skip


class SuppressionForm(RefusableForm):
    address = forms.EmailField(label=_("Address"), max_length=320)
    reason = forms.ChoiceField(label=_("Why"), choices=SuppressionReason.choices, initial=SuppressionReason.MANUAL)
    detail = forms.CharField(label=_("Note"), max_length=500, required=False)


class PauseForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=255, required=False)


class CleanUpForm(forms.Form):
    days = forms.IntegerField(label=_("Ended more than so many days ago"), min_value=1, max_value=3650, initial=30)
