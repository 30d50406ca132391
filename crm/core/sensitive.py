"""Fields that take a right of their own: hidden from who lacks it, in pages, API, search, import and trail alike.

A model names them by category: `SENSITIVE = {"billing": ("tax_id",)}`. Any one of a category's permissions opens it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from crm.core.actor import Actor
from crm.core.custom_fields.definitions import COLUMN, PREFIX, every_definition_of, value_at
from crm.core.errors import Forbidden
from crm.core.row_fields import RowsModelField

Names = frozenset[str]
NONE: Names = frozenset()


@dataclass(frozen=True, slots=True)
class Rights:
    read: tuple[str, ...]
    write: tuple[str, ...]


Witness = Callable[[Actor, Any, Names], None]
_witnesses: list[Witness] = []

CATEGORIES = {
    "billing": Rights(("billing:read",), ("billing:write",)),
    # Who works with contacts, or answers for data protection.
    "personal": Rights(("contacts:write", "compliance:read"), ("contacts:write",)),
}


def categories_of(model: type[Any]) -> dict[str, tuple[str, ...]]:
    """Category → fields: what the model names, and what an administrator added (`custom_fields.<key>`)."""
    categories: dict[str, tuple[str, ...]] = getattr(model, "SENSITIVE", {})
    for one in every_definition_of(model):
        if one.category:
            categories = {**categories, one.category: (*categories.get(one.category, ()), one.name)}
    return categories


def sensitive_fields(model: type[Any]) -> Names:
    return frozenset(name for names in categories_of(model).values() for name in names)


def hidden_fields(actor: Actor, record: Any, model: type[Any] | None = None) -> Names:
    """What the actor may not read of this record (anything with `team_id` and `owner_id`)."""
    return _closed(model or type(record), lambda rights: any(actor.covers(one, record) for one in rights.read))


def locked_fields(actor: Actor, record: Any) -> Names:
    """What the actor may not write to this record."""
    return _closed(type(record), lambda rights: any(actor.covers(one, record) for one in rights.write))


def unreadable(actor: Actor, model: type[Any]) -> Names:
    """Hidden in at least some of the rows the actor may read: not to be searched by."""
    if not categories_of(model):
        return NONE
    whole = actor.reach(f"{model.RESOURCE}:read")
    return _closed(model, lambda rights: max(map(actor.reach, rights.read)) >= whole)


def never_readable(actor: Actor, model: type[Any]) -> Names:
    """What the actor may read of no record at all."""
    return _closed(model, lambda rights: any(actor.may(one) for one in rights.read))


def unwritable(actor: Actor, model: type[Any]) -> Names:
    """What the actor may write to no record at all."""
    return _closed(model, lambda rights: any(actor.may(one) for one in rights.write))


def _closed(model: type[Any], is_open: Any) -> Names:
    closed = (names for category, names in categories_of(model).items() if not is_open(CATEGORIES[category]))
    return frozenset(name for names in closed for name in names)


def ensure_may_write_fields(actor: Actor, record: Any, names: Iterable[str]) -> None:
    """Raises Forbidden (`field_forbidden`)."""
    refuse_fields(locked_fields(actor, record).intersection(names))


def refuse_fields(names: Iterable[str]) -> None:
    """Raises Forbidden (`field_forbidden`) that names each field; nothing where there is none."""
    if refused := sorted(names):
        details = [{"field": name, "code": "field_forbidden", "message": "You may not set this."} for name in refused]
        raise Forbidden(f"You may not set {', '.join(refused)}.", code="field_forbidden", details=details)


def masked(actor: Actor, record: Any) -> Any:
    """The record for showing, without what the actor may not read; such a record refuses to be saved."""
    if sensitive_fields(type(record)):
        record.hidden_fields = hidden_fields(actor, record)
        record.locked_fields = locked_fields(actor, record) | record.hidden_fields
        for name in record.hidden_fields:
            _hide(record, name)
    return record


def _hide(record: Any, name: str) -> None:
    if name.startswith(PREFIX):
        setattr(record, COLUMN, {key: value for key, value in record.custom_fields.items() if PREFIX + key != name})
    else:
        field = record._meta.get_field(name)
        setattr(record, name, [] if isinstance(field, RowsModelField) else None if field.null else "")


def seen_by_word(model: type[Any], hidden: Names, word: str, in_field: Any) -> Q:
    """Rows that a search may find by this word: not by a hidden field alone."""
    searched = frozenset(model.SEARCH_FIELDS)
    secret, shown = (
        Q(*(in_field(name, word) for name in names), _connector=Q.OR) for names in _split(searched, hidden)
    )
    return ~secret | shown


def _split(searched: Names, hidden: Names) -> tuple[list[str], list[str]]:
    return sorted(searched & hidden), sorted(searched - hidden)


def witness_reading(witness: Witness) -> None:
    """Registers who notes that somebody read sensitive fields; called by crm.wiring only."""
    _witnesses.append(witness)


def note_reading(actor: Actor, record: Any, fields: Iterable[str] | None = None) -> None:
    """To be called where one record is shown in full, or as far as `fields`; lists leave no such trace."""
    names = sensitive_fields(type(record))
    if names:
        open_ones = names - hidden_fields(actor, record)
        shown = frozenset(one for one in open_ones.intersection(fields or names) if value_at(record, one))
        for witness in _witnesses if shown else ():
            witness(actor, record, shown)
