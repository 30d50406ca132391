"""What can be done with many records at once: one act per record, and the same rules as for a single one.

An app registers a `Kind` per list; `crm.wiring` is where it does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.custom_fields.definitions import COLUMN, definition_named
from crm.core.errors import invalid_field
from crm.core.forms import RecordForm
from crm.transfer.journal import State, state_of
from crm.transfer.restoring import Undoing, restore

Values = dict[str, Any]
# (what was chosen, the records locked) → each record's state as far as the act may change it.
States = Callable[[Values, Sequence[Any]], dict[UUID, State]]


def own_fields(values: Values, records: Sequence[Any]) -> dict[UUID, State]:
    return {record.pk: state_of(record) for record in records}


@dataclass(frozen=True, slots=True)
class Act:
    """`permission` is the action that takes (write, delete). `carry_out` raises CrmError where a record has to stay.

    `links` are values that name a record, by model; `makes` is (model, path to the record) of rows that the act adds.
    `undo` puts back what `states` told apart.
    """

    name: str
    title: Any
    permission: str
    carry_out: Callable[[Actor, UUID, Values], object]
    links: Mapping[str, type[Any]] = field(default_factory=dict)
    states: States = own_fields
    makes: tuple[type[Any], str] | None = None
    undo: Callable[[Undoing, Sequence[Any]], None] = restore


@dataclass(frozen=True, slots=True)
class Kind:
    """`page` is the list; `form` has the fields that may be set, without those that only make sense for one record."""

    page: type[Any]
    form: type[RecordForm]
    acts: tuple[Act, ...]
    single_fields: frozenset[str]

    @property
    def model(self) -> type[Any]:
        return self.page.model  # type: ignore[no-any-return]

    @property
    def resource(self) -> str:
        return str(self.model.RESOURCE)

    def act(self, name: str) -> Act:
        """Raises Invalid (`unknown_action`)."""
        found = next((act for act in self.acts if act.name == name), None)
        if found is None:
            names = ", ".join(act.name for act in self.acts)
            raise invalid_field("action", f"One of: {names}.", "unknown_action")
        return found

    def settable(self, actor: Actor) -> dict[str, Any]:
        """Form fields by name, custom fields among them, that the actor may set on some record."""
        fields = self.form(actor=actor).fields
        hidden = self.single_fields | {"version", "submission"}
        return {name: field for name, field in fields.items() if name not in hidden}

    def ensure_settable(self, values: Values) -> None:
        """Raises Invalid (`unknown_field`) for what cannot be set on many records."""
        known = set(self.form.base_fields) - self.single_fields - {"version", "submission"}
        plain = {name for name in values if name != COLUMN} - known
        keys = values.get(COLUMN) or {}
        custom = {f"{COLUMN}.{key}" for key in keys if definition_named(self.model, f"{COLUMN}.{key}") is None}
        if unknown := sorted(plain | custom):
            raise invalid_field(f"values.{unknown[0]}", "This cannot be set on many records at once.", "unknown_field")
        if not values or (set(values) == {COLUMN} and not keys):
            raise invalid_field("values", "Name the field and its value.", "required")


def archiving(
    archive: Callable[..., Any], restoring: Callable[..., Any], delete: Callable[..., Any]
) -> tuple[Act, ...]:
    """The three acts every record has, by its services (actor, pk)."""
    return (
        Act("archive", _("Archive"), "delete", lambda actor, pk, _values: archive(actor, pk)),
        Act("restore", _("Restore"), "delete", lambda actor, pk, _values: restoring(actor, pk)),
        Act("delete", _("Delete for good"), "delete", lambda actor, pk, _values: delete(actor, pk)),
    )


def updating(update: Callable[..., Any]) -> Act:
    return Act("update", _("Change"), "write", lambda actor, pk, values: update(actor, pk, **values))


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Called by crm.wiring only."""
    _kinds[kind.resource] = kind


def kind_named(resource: str) -> Kind:
    """Raises Invalid (`unknown_list`)."""
    if resource not in _kinds:
        raise invalid_field("resource", f"One of: {', '.join(sorted(_kinds))}.", "unknown_list")
    return _kinds[resource]
