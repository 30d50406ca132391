"""Forms of mailboxes and letters; the services check and save."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.forms import RecordForm
from crm.core.pickers import RecordPicker
from crm.intake.models import Letter, Mailbox
from crm.intake.services import LONGEST_PASSWORD


class MailboxForm(RecordForm):
    """The password is asked for, and never shown again."""

    GROUPS = (
        (_("Mailbox"), ("address", "person", "is_active")),
        (_("Server"), ("host", "port", "username", "password", "folder", "certificate")),
    )

    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Stored encrypted and never shown. One for this use alone is best."),
    )

    class Meta:
        model = Mailbox
        fields = ("address", "person", "is_active", "host", "port", "username", "password", "folder", "certificate")
        help_texts = {
            "address": _("What is sent to it has to arrive in the folder below."),
            "person": _("Nobody: it is the house's. A person's own: what they exchange from it becomes their letters."),
            "host": _("It is reached by TLS alone, and has to prove its name."),
            "certificate": _("In PEM form, where no public authority signed it. Usually empty."),
        }
        widgets = {"certificate": forms.Textarea(attrs={"rows": 3, "class": "code", "spellcheck": "false"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].required = self.fields["certificate"].required = False
        if not self.instance._state.adding:
            self.fields["password"].required = False
            self.fields["password"].help_text = _("Empty: the one before stays.")


class LetterForm(RecordForm):
    class Meta:
        model = Letter
        fields = ("contact", "lead", "customer")
        widgets = {
            "contact": RecordPicker("contacts:options"),
            "lead": RecordPicker("leads:options"),
            "customer": RecordPicker("customers:options"),
        }
