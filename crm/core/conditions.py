"""Filters with and/or groups, read from JSON: `{"all": [{"field": "status", "op": "is", "value": "new"}, …]}`.

A group is `{"all": […]}` or `{"any": […]}` of conditions and, in the outermost one, of further groups. What can be
asked of a model is its registry of Filterables; everything else is refused with the path of the fault.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.errors import BadRequest, Forbidden
from crm.core.sensitive import unreadable

LONGEST_FILTER, MOST_CONDITIONS, MOST_VALUES, DEEPEST = 4_000, 25, 50, 2

NONE, ONE, MANY, DAYS, PERIOD, RANGE = "none", "one", "many", "days", "period", "range"

# Operator → (in words, what value it takes).
OPERATORS: dict[str, tuple[Any, str]] = {
    "is": (_("is"), ONE),
    "is_not": (_("is not"), ONE),
    "is_any_of": (_("is any of"), MANY),
    "is_me": (_("is me"), NONE),
    "contains": (_("contains"), ONE),
    "above": (_("is more than"), ONE),
    "below": (_("is less than"), ONE),
    "between": (_("is between"), RANGE),
    "on": (_("is on"), ONE),
    "before": (_("is before"), ONE),
    "after": (_("is after"), ONE),
    "in_last": (_("in the last … days"), DAYS),
    "in_next": (_("in the next … days"), DAYS),
    "not_in_last": (_("not in the last … days"), DAYS),
    "during": (_("is"), PERIOD),
    "has": (_("has"), ONE),
    "has_not": (_("has not"), ONE),
    "is_empty": (_("is empty"), NONE),
    "is_filled": (_("is filled in"), NONE),
}
EMPTINESS = ("is_empty", "is_filled")
DATES = ("in_last", "not_in_last", "in_next", "during", "on", "before", "after", "between", *EMPTINESS)
KINDS: dict[str, tuple[str, ...]] = {
    "text": ("is", "is_not", *EMPTINESS),
    "searched": ("contains", "is", "is_not", *EMPTINESS),
    "choice": ("is", "is_not", "is_any_of"),
    "number": ("above", "below", "between", "is", *EMPTINESS),
    "date": DATES,
    "moment": DATES,
    "flag": ("is",),
    "person": ("is_me", "is", "is_not", "is_any_of", *EMPTINESS),
    "record": ("is", *EMPTINESS),
    "labels": ("has", "has_not"),
}

Choices = Callable[[Actor], Iterable[tuple[Any, Any]]]


@dataclass(frozen=True, slots=True)
class Filterable:
    """One thing a model can be filtered by. `path` is the column; `choices` are offered, and for `choice` the law.

    `rows` answers the Q of a flag that is no column, such as "overdue", given whether it shall hold.
    """

    name: str
    label: Any
    kind: str
    path: str = ""
    choices: Choices | None = None
    rows: Callable[[bool], Q] | None = None

    @property
    def operators(self) -> tuple[str, ...]:
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Condition:
    field: Filterable
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class Group:
    is_any: bool
    parts: "tuple[Condition | Group, ...]"


# Further things a model can be filtered by (custom fields), as far as the actor may know of them.
Source = Callable[[Actor], Iterable[Filterable]]
_sources: dict[type[Any], list[Source]] = {}


def register_filterables(model: type[Any], source: Source) -> None:
    """Called by crm.wiring only."""
    _sources.setdefault(model, []).append(source)


def filterables(actor: Actor, filters: type[Any]) -> dict[str, Filterable]:
    """What the actor may filter by: never by a field that is hidden in some of the rows."""
    model = filters.Meta.model
    more = (one for source in _sources.get(model, ()) for one in source(actor))
    hidden = unreadable(actor, model)
    every = (*getattr(filters.Meta, "conditions", ()), *more)
    return {one.name: one for one in every if one.path.partition("__")[0] not in hidden}


def parse(text: str, actor: Actor, filters: type[Any]) -> Group:
    """Raises BadRequest (`invalid_filter`, details with the path of each fault) and Forbidden (`field_forbidden`)."""
    if len(text) > LONGEST_FILTER:
        raise fault("filter", "too_long", f"At most {LONGEST_FILTER} signs.")
    try:
        tree = orjson.loads(text)
    except ValueError:
        raise fault("filter", "malformed_json", "This is not JSON.") from None
    hidden = {one.name for one in getattr(filters.Meta, "conditions", ())} - set(filterables(actor, filters))
    group = _group(tree, "filter", 1, filterables(actor, filters), hidden)
    if sum(1 for _one in conditions_in(group)) > MOST_CONDITIONS:
        raise fault("filter", "too_many_conditions", f"At most {MOST_CONDITIONS} conditions.")
    return group


def conditions_in(group: Group) -> Iterator[Condition]:
    for part in group.parts:
        if isinstance(part, Group):
            yield from conditions_in(part)
        else:
            yield part


def fault(path: str, code: str, message: str) -> BadRequest:
    detail = {"field": path, "code": code, "message": message}
    return BadRequest(f"The filter cannot be read: {message}", code="invalid_filter", details=[detail])


def _group(tree: Any, path: str, depth: int, known: dict[str, Filterable], hidden: set[str]) -> Group:
    if not isinstance(tree, dict) or set(tree) not in ({"all"}, {"any"}):
        raise fault(path, "malformed_filter", 'A group is {"all": […]} or {"any": […]}.')
    if depth > DEEPEST:
        raise fault(path, "too_deep", "Groups stand in the outermost group, not deeper.")
    (word, parts), *_rest = tree.items()
    if not isinstance(parts, list) or not parts:
        raise fault(f"{path}.{word}", "malformed_filter", "A group holds a list of at least one condition.")
    named = ((part, f"{path}.{word}[{index}]") for index, part in enumerate(parts[: MOST_CONDITIONS + 1]))
    return Group(word == "any", tuple(_part(part, where, depth, known, hidden) for part, where in named))


def _part(part: Any, path: str, depth: int, known: dict[str, Filterable], hidden: set[str]) -> Condition | Group:
    if isinstance(part, dict) and "field" in part:
        return _condition(part, path, known, hidden)
    return _group(part, path, depth + 1, known, hidden)


def _condition(part: dict[str, Any], path: str, known: dict[str, Filterable], hidden: set[str]) -> Condition:
    if extra := sorted(set(part) - {"field", "op", "value"}):
        raise fault(f"{path}.{extra[0]}", "unknown_field", "A condition has field, op and value.")
    name, op = part["field"], part.get("op")
    if isinstance(name, str) and name in hidden:
        detail = {"field": f"{path}.field", "code": "field_forbidden", "message": "You may not filter by this."}
        raise Forbidden(f"You may not filter by {name}.", code="field_forbidden", details=[detail])
    if not isinstance(name, str) or name not in known:
        raise fault(f"{path}.field", "unknown_field", f"One of: {', '.join(sorted(known))}.")
    field = known[name]
    if not isinstance(op, str) or op not in field.operators:
        raise fault(f"{path}.op", "unknown_operator", f"One of: {', '.join(field.operators)}.")
    return Condition(field, op, part.get("value"))


def fields_of(model: type[Any], *names: str) -> tuple[Filterable, ...]:
    """Plain columns of a model, each by the kind of its field."""
    return tuple(_filterable(model, model._meta.get_field(name)) for name in names)


def _filterable(model: type[Any], field: Any) -> Filterable:
    kind = _kind_of(model, field)
    own = [*([("", _("Not set"))] if field.blank else []), *(field.choices or ())]
    choices = (lambda actor: own) if field.choices else None
    return Filterable(field.name, capfirst(field.verbose_name), kind, field.name, choices)


def _kind_of(model: type[Any], field: Any) -> str:
    if field.choices:
        return "choice"
    if field.name in getattr(model, "SEARCH_FIELDS", ()):
        return "searched"
    return next(kind for types, kind in KIND_OF_FIELD if isinstance(field, types))


KIND_OF_FIELD: tuple[tuple[Any, str], ...] = (
    (models.BooleanField, "flag"),
    (models.DateTimeField, "moment"),
    (models.DateField, "date"),
    ((models.DecimalField, models.IntegerField), "number"),
    (models.ForeignKey, "record"),
    (models.Field, "text"),
)
