"""Fields that take a right of their own: hidden from who lacks it, in pages, API, search, import and trail alike.

A model names them by category: `SENSITIVE = {"billing": ("tax_id",)}`. Any one of a category's permissions opens it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from crm.core.actor import Actor
from crm.core.errors import Forbidden

Names = frozenset[str]
NONE: Names = frozenset()


@dataclass(frozen=True, slots=True)
class Rights:
    read: tuple[str, ...]
    write: tuple[str, ...]


CATEGORIES = {
    "billing": Rights(("billing:read",), ("billing:write",)),
    # Who works with contacts, or answers for data protection.
    "personal": Rights(("contacts:write", "compliance:read"), ("contacts:write",)),
}


def sensitive_fields(model: type[Any]) -> Names:
    categories: dict[str, tuple[str, ...]] = getattr(model, "SENSITIVE", {})
    return frozenset(name for names in categories.values() for name in names)


def hidden_fields(actor: Actor, record: Any, model: type[Any] | None = None) -> Names:
    """What the actor may not read of this record (anything with `team_id` and `owner_id`)."""
    return _closed(model or type(record), lambda rights: any(actor.covers(one, record) for one in rights.read))


def locked_fields(actor: Actor, record: Any) -> Names:
    """What the actor may not write to this record."""
    return _closed(type(record), lambda rights: any(actor.covers(one, record) for one in rights.write))


def unreadable(actor: Actor, model: type[Any]) -> Names:
    """Hidden in at least some of the rows the actor may read: not to be searched by."""
    if not getattr(model, "SENSITIVE", None):
        return NONE
    whole = actor.reach(f"{model.RESOURCE}:read")
    return _closed(model, lambda rights: max(map(actor.reach, rights.read)) >= whole)


def unwritable(actor: Actor, model: type[Any]) -> Names:
    """What the actor may write to no record at all."""
    return _closed(model, lambda rights: any(actor.may(one) for one in rights.write))


def _closed(model: type[Any], is_open: Any) -> Names:
    categories: dict[str, tuple[str, ...]] = getattr(model, "SENSITIVE", {})
    closed = (names for category, names in categories.items() if not is_open(CATEGORIES[category]))
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
            setattr(record, name, None if record._meta.get_field(name).null else "")
    return record


def seen_by_word(model: type[Any], hidden: Names, word: str, in_field: Any) -> Q:
    """Rows that a search may find by this word: not by a hidden field alone."""
    searched = frozenset(model.SEARCH_FIELDS)
    secret, shown = (
        Q(*(in_field(name, word) for name in names), _connector=Q.OR) for names in _split(searched, hidden)
    )
    return ~secret | shown


def _split(searched: Names, hidden: Names) -> tuple[list[str], list[str]]:
    return sorted(searched & hidden), sorted(searched - hidden)
