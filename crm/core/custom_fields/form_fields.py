"""The form field of each type of custom field."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from crm.core.custom_fields.definitions import Definition, FieldType
from crm.core.custom_fields.values import CENTS, MOST_DECIMALS, MOST_DIGITS
from crm.core.custom_fields.writing import referred_model
from crm.core.pickers import RecordPicker

DAY = {"type": "date"}


def form_field(definition: Definition, stored: Any = None) -> forms.Field:
    """`stored` is what the record has: a retired choice may stay."""
    field = _FIELDS[definition.type](definition, stored)
    field.label, field.help_text = definition.label, definition.help_text
    field.required = definition.is_required
    return field


def initial_of(definition: Definition, value: Any) -> Any:
    return parse_date(value) if definition.type == FieldType.DATE and value else value


def _text(definition: Definition, stored: Any) -> forms.Field:
    return forms.CharField(max_length=255)


def _number(definition: Definition, stored: Any) -> forms.Field:
    return forms.DecimalField(max_digits=MOST_DIGITS, decimal_places=MOST_DECIMALS)


def _money(definition: Definition, stored: Any) -> forms.Field:
    return forms.DecimalField(max_digits=MOST_DIGITS, decimal_places=CENTS)


class DayField(forms.DateField):
    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        return day.isoformat() if isinstance(day, date) else None


def _date(definition: Definition, stored: Any) -> forms.Field:
    return DayField(widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))


def _options(definition: Definition, stored: Any) -> list[tuple[str, str]]:
    kept = stored if isinstance(stored, list) else [stored]
    return [(one.key, one.label) for one in definition.choices if not one.is_retired or one.key in kept]


def _choice(definition: Definition, stored: Any) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("Not set")), *_options(definition, stored)])


def _choices(definition: Definition, stored: Any) -> forms.Field:
    return forms.MultipleChoiceField(choices=_options(definition, stored), widget=forms.CheckboxSelectMultiple)


def _boolean(definition: Definition, stored: Any) -> forms.Field:
    """Three answers: nobody has said yet is not no."""
    words = {"True": True, "False": False, True: True, False: False}
    return forms.TypedChoiceField(
        choices=[("", _("Not set")), (True, _("Yes")), (False, _("No"))],
        coerce=lambda text: words[text],
        empty_value=None,
    )


def _user(definition: Definition, stored: Any) -> forms.Field:
    return forms.ModelChoiceField(queryset=get_user_model()._default_manager.filter(is_active=True))


def _record(definition: Definition, stored: Any) -> forms.Field:
    rows = referred_model(definition).objects.all()
    return forms.ModelChoiceField(queryset=rows, widget=RecordPicker(f"{definition.target}s:options"))


_FIELDS: dict[str, Callable[[Definition, Any], forms.Field]] = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _money,
    FieldType.DATE: _date,
    FieldType.CHOICE: _choice,
    FieldType.MULTI_CHOICE: _choices,
    FieldType.BOOLEAN: _boolean,
    FieldType.LINK: _text,
    FieldType.USER: _user,
    FieldType.RECORD: _record,
}
