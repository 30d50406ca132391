"""What a file can show of a record: one value of its own, or the name of what it points to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import models
from django.utils.text import capfirst

from crm.core.actor import Actor
from crm.core.any_of import any_of
from crm.core.canaries import reached

# `text` is what somebody typed, and so may hold a formula; `word` comes from a list of ours.
Kind = Literal["id", "text", "word", "number", "date", "moment", "boolean", "names"]
# (who exports, the distinct values of the column's path) → what is shown for each; missing ones stay empty.
Look = Callable[[Actor, Sequence[Any]], Mapping[Any, Any]]


@dataclass(frozen=True, slots=True)
class Column:
    """`path` is read by `values_list`; `look` turns a page of its values into names. `is_usual`: in unless left out."""

    name: str
    label: str
    path: str
    kind: Kind = "text"
    look: Look | None = None
    is_usual: bool = True


# Columns beyond those an app declares (custom fields): (resource, who exports) → columns.
Source = Callable[[str, Actor], Iterable[Column]]

_sources: list[Source] = []


def register_columns(source: Source) -> None:
    """Called by crm.wiring only."""
    _sources.append(source)


def further_columns(resource: str, actor: Actor) -> list[Column]:
    return [column for source in _sources for column in source(resource, actor)]


def fields_of(model: type[models.Model], *names: str, is_usual: bool = True) -> tuple[Column, ...]:
    """Columns for plain fields of a model, named and labelled as they are."""
    found = (model._meta.get_field(name) for name in names)
    return tuple(
        Column(one.name, capfirst(str(one.verbose_name)), one.name, _kind(one), is_usual=is_usual)  # type: ignore[union-attr, arg-type]
        for one in found
    )


def link(name: str, label: str, look: Look) -> tuple[Column, Column]:
    """The id of a linked record, and its name as far as who exports may see it."""
    return identifier(f"{name}_id", f"{label} ID"), Column(name, label, f"{name}_id", look=look)


def identifier(name: str, label: str, path: str = "") -> Column:
    return Column(name, label, path or name, "id")


def names_of(model: type[Any], *parts: str, otherwise: str = "") -> Look:
    """Names of records by their ids; a canary among them is told of."""

    def look(actor: Actor, pks: Sequence[Any]) -> Mapping[Any, str]:
        rows = reached(model.objects, actor, via="export").filter(any_of("pk", pks))
        found = rows.values_list("pk", *parts, *([otherwise] if otherwise else []))
        return {pk: _joined(values, len(parts)) for pk, *values in found}

    return look


def _joined(values: list[str], parts: int) -> str:
    return " ".join(filter(None, values[:parts])) or (values[parts] if len(values) > parts else "")


OWNER = (
    identifier("owner_id", "Owner ID"),
    Column("owner_email", "Owner's e-mail", "owner__email"),
    Column("owner", "Owner", "owner__full_name"),
)
TEAM = (identifier("team_id", "Team ID"), Column("team", "Team", "team__name"))


def record_columns(model: type[models.Model]) -> tuple[Column, ...]:
    """What every record ends with."""
    moments = ["last_activity_at"] if hasattr(model, "last_activity_at") else []
    return (*OWNER, *TEAM, *fields_of(model, "created_at", "updated_at", *moments, "archived_at"))


def _kind(one: models.Field) -> Kind:
    if one.choices:
        return "word"
    kinds: tuple[tuple[type[models.Field], Kind], ...] = (
        (models.DateTimeField, "moment"),
        (models.DateField, "date"),
        (models.BooleanField, "boolean"),
        (models.DecimalField, "number"),
        (models.IntegerField, "number"),
        (models.UUIDField, "id"),
    )
    return next((kind for type_, kind in kinds if isinstance(one, type_)), "text")
