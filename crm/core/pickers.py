"""The field that finds one of many records."""

from typing import Any

from django import forms


class RecordPicker(forms.Select):
    """A choice among many records: a text box that searches `source` (a URL name) instead of a list of them all."""

    template_name = "components/picker.html"

    def __init__(self, source: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.source = source

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = forms.Widget.get_context(self, name, value, attrs)
        rows = self.choices.queryset  # type: ignore[attr-defined]
        chosen = rows.filter(pk=value).first() if value else None
        context["widget"] |= {"source": self.source, "chosen": chosen, "value": value or ""}
        return context
