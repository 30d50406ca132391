"""A form field of several rows, such as further e-mail addresses: it works by itself, a script only adds rows faster.

A row whose text is emptied is gone. There are always some empty rows to write in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise

MOST_ROWS = 250


@dataclass(frozen=True, slots=True)
class RowColumn:
    """`choices` make a select, `is_check` a box; `is_kept` travels hidden; `is_note` makes no row alone."""

    name: str
    label: str | Promise
    choices: Sequence[tuple[Any, Any]] = ()
    is_check: bool = False
    is_kept: bool = False
    is_note: bool = False
    type: str = "text"


class RowsWidget(forms.Widget):
    template_name = "components/rows.html"

    def __init__(self, columns: Sequence[RowColumn], spare: int = 2) -> None:
        super().__init__()
        self.columns, self.spare = columns, spare

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        given = list(value) if isinstance(value, list) else []
        rows = [*given, *({} for _ in range(self.spare))]
        context["widget"] |= {
            "rows": [self._cells(name, index, row) for index, row in enumerate(rows)],
            "columns": [one for one in self.columns if not one.is_kept],
        }
        return context

    def _cells(self, name: str, index: int, row: Any) -> list[dict[str, Any]]:
        return [
            {
                "column": one,
                "name": f"{name}-{index}-{one.name}",
                "id": f"id_{name}-{index}-{one.name}".replace(".", "-"),
                "value": row.get(one.name, ""),
                "number": index + 1,
            }
            for one in self.columns
        ]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        """[{column: text or bool}], in the order of the page, empty rows left out."""
        texts = [one for one in self.columns if not (one.is_kept or one.is_check or one.choices)]
        rows = []
        for index in range(MOST_ROWS):
            if f"{name}-{index}-{texts[0].name}" not in data:
                break
            row = {one.name: self._cell(one, data.get(f"{name}-{index}-{one.name}")) for one in self.columns}
            if any(row[one.name] for one in texts if not one.is_note):
                rows.append(row)
        return rows

    @staticmethod
    def _cell(column: RowColumn, text: Any) -> Any:
        return bool(text) if column.is_check else str(text or "").strip()

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}-0-") for key in data)

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class RowsField(forms.Field):
    """Its value is a list of {column: text}."""

    widget: RowsWidget

    def __init__(self, columns: Sequence[RowColumn], spare: int = 2, **kwargs: Any) -> None:
        super().__init__(widget=RowsWidget(columns, spare), required=False, **kwargs)
        self.columns = columns

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        return value or []

    def has_changed(self, initial: Any, data: Any) -> bool:
        names = [one.name for one in self.columns]
        before, after = (
            [tuple(str(row.get(name) or "") for name in names) for row in rows or ()] for rows in (initial, data)
        )
        return before != after
