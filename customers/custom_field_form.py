"""The form an administrator defines a field with."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.custom_fields.definitions import FieldType
from crm.core.forms import RecordForm
from crm.core.rows import RowColumn, RowsField
from customers.forms import TONES
from customers.models import CustomField
from customers.services.custom_fields import FIXED

CHOICE_COLUMNS = (
    RowColumn("label", _("Label")),
    RowColumn("tone", _("Colour"), choices=[(str(tone), label) for tone, label in TONES]),
    RowColumn("retired", _("Retired"), is_check=True),
    RowColumn("key", _("Key"), is_kept=True),
)
YES = ("yes", "true", "1")


class CustomFieldForm(RecordForm):
    GROUPS = (
        (_("Field"), ("holder", "type", "label", "key", "help_text", "required", "in_lists", "sensitive")),
        (_("What it takes"), ("currency", "target", "default", "choices")),
    )

    default = forms.CharField(
        max_length=255,
        required=False,
        help_text=_("What a new record starts with. For a choice its key, for several choices the keys with commas."),
    )
    choices = RowsField(CHOICE_COLUMNS, spare=3, help_text=_("A choice that is emptied is retired: records keep it."))

    class Meta:
        model = CustomField
        fields = [
            *("holder", "type", "label", "key", "help_text", "required", "in_lists", "sensitive"),
            *("currency", "target", "default", "choices"),
        ]
        help_texts = {
            "required": _("Asked for when a record is created or this field is edited."),
            "currency": _("For money: a code such as EUR."),
            "target": _("For a reference to a record."),
            "sensitive": _("Who lacks the right sees neither the value here nor in the trail."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: CustomField = self.instance
        if not field._state.adding:
            for name in FIXED:
                self.fields.pop(name)
            if field.type not in (FieldType.CHOICE, FieldType.MULTI_CHOICE):
                self.fields.pop("choices")
            self.initial["choices"] = [{**one, "tone": str(one["tone"])} for one in field.choices]
            self.initial["default"] = _as_text(field.default)

    def values(self) -> dict[str, Any]:
        values = super().values()
        if "choices" in values:
            values["choices"] = [
                {"label": one["label"], "tone": int(one["tone"] or 8), "retired": one["retired"]}
                | ({"key": one["key"]} if one["key"] else {})
                for one in values["choices"]
            ]
        if "default" in values:
            kind = values.get("type") or self.instance.type
            values["default"] = _as_value(kind, values["default"])
        return values


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str("" if value is None else value)


def _as_value(kind: str, text: str) -> Any:
    if not text:
        return None
    if kind == FieldType.MULTI_CHOICE:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text.casefold() in YES if kind == FieldType.BOOLEAN else text
