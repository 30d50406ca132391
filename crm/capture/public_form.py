"""The form as strangers see it. It only shows; what is written is judged by the same code as what comes by webhook."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from crm.capture.mapping import CONSENT, custom_fields, label_of
from crm.capture.models import LeadSource
from crm.core.custom_fields.form_fields import form_field
from crm.core.errors import Detail
from customers.models import Lead

# What fills it in is no person: it is out of sight, out of the tab order and not read out.
HONEYPOT, STAMP = "your_homepage", "stamp"
FILLED_BY_BROWSERS = {
    "first_name": "given-name", "last_name": "family-name", "company_name": "organization", "email": "email",
    "title": "organization-title", "phone": "tel", "website": "url",
}  # fmt: skip
INPUTS = {"phone": "tel"}


class PublicForm(forms.Form):
    """`faults` are those of the submission, each shown at its field."""

    use_required_attribute = False

    def __init__(self, source: LeadSource, data: Any = None, faults: Iterable[Detail] = ()) -> None:
        super().__init__(data, auto_id="f-%s")
        self.faults = list(faults)
        for one in source.mapping:
            if one["field"] != CONSENT and (made := _field(one)):
                self.fields[one["field"]] = made
        if source.consent_text:
            needed = source.consent_required
            self.fields[CONSENT] = forms.BooleanField(label=source.consent_text, required=needed)

    def full_clean(self) -> None:
        self._errors, self.cleaned_data = ErrorDict(renderer=self.renderer), {}
        for fault in self.faults:
            name = fault["field"] if fault["field"] in self.fields else NON_FIELD_ERRORS
            kind = {} if name in self.fields else {"error_class": "nonfield"}
            listed = self._errors.setdefault(name, self.error_class(renderer=self.renderer, **kind))
            listed.append(_(fault["message"]))


def _field(one: Mapping[str, Any]) -> forms.Field | None:
    """None for a custom field that is gone meanwhile."""
    name = one["field"]
    if definition := custom_fields().get(name):
        made: Any = form_field(definition)
    elif name.partition(".")[1]:
        return None
    else:
        made = Lead._meta.get_field(name).formfield()  # type: ignore[union-attr]
        made.widget.attrs |= {"autocomplete": FILLED_BY_BROWSERS.get(name, "off")}
        made.widget.input_type = INPUTS.get(name, getattr(made.widget, "input_type", None))
    made.label, made.required, made.initial = one["label"] or label_of(name), one["required"], None
    return made  # type: ignore[no-any-return]
