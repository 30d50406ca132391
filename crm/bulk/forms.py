"""The form of one field for many records: the same field, with the same rules, as where a single one is edited."""

from typing import Any

from django.http import QueryDict

from crm.bulk.acts import Kind
from crm.core.actor import Actor
from crm.core.custom_fields.definitions import COLUMN
from crm.core.errors import Forbidden


def fields_to_choose(actor: Actor, kind: Kind) -> list[tuple[str, Any]]:
    """(name, label). Raises Forbidden where the actor may set none."""
    fields = [(name, field.label or name) for name, field in kind.settable(actor).items()]
    if not fields:
        raise Forbidden("You may set no field here.")
    return fields


class ValueForm:
    """`bound` is the field as the page shows it."""

    def __init__(self, actor: Actor, kind: Kind, name: str, data: QueryDict | None = None) -> None:
        self.name = name
        self._form = kind.form(data, actor=actor)
        self._form.fields = {name: self._form.fields[name]}
        self._form.initial = {}

    @property
    def bound(self) -> Any:
        return self._form[self.name]

    def is_valid(self) -> bool:
        return self._form.is_valid()

    def values(self) -> dict[str, Any]:
        """As the service takes it."""
        values = self._form.values()
        return {name: value for name, value in values.items() if name != COLUMN or value}
