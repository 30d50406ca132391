"""The filter builder: rows of a form on one side, a filter as JSON on the other."""

from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.core.conditions import MANY, MOST_CONDITIONS, NONE, OPERATORS, PERIOD, RANGE, Filterable
from crm.core.periods import PERIODS

ALL, ANY = "all", "any"
YES, NO = _("yes"), _("no")
MOST_GROUPS = 5
ROOT = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One condition. `group` is empty for the outermost group, else its number; `values` as typed."""

    group: str
    field: str
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Builder:
    match: str = ALL
    groups: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    known: dict[str, Filterable] = field(default_factory=dict)

    def added(self, group: str) -> "Builder":
        """With one more condition, of the first field there is."""
        if len(self.rows) >= MOST_CONDITIONS or not self.known:
            return self
        first = next(iter(self.known.values()))
        return replace(self, rows=(*self.rows, Row(group, first.name, first.operators[0])))

    def grouped(self) -> "Builder":
        """With one more group, which begins with a condition."""
        if len(self.groups) >= MOST_GROUPS:
            return self
        other = ANY if self.match == ALL else ALL
        return replace(self, groups=(*self.groups, other)).added(str(len(self.groups)))

    def without(self, index: int) -> "Builder":
        return replace(self, rows=self.rows[:index] + self.rows[index + 1 :])

    def as_json(self) -> str:
        """Empty where there is no condition; a group without any is left out."""
        parts: list[Any] = [_condition(row) for row in self.rows if row.group == ROOT]
        for number, match in enumerate(self.groups):
            if inner := [_condition(row) for row in self.rows if row.group == str(number)]:
                parts.append({match: inner})
        return orjson.dumps({self.match: parts}).decode() if parts else ""


def _condition(row: Row) -> dict[str, Any]:
    shape = OPERATORS[row.op][1]
    plain: dict[str, Any] = {"field": row.field, "op": row.op}
    if shape == NONE:
        return plain
    is_list = shape in (MANY, RANGE)
    return {**plain, "value": list(row.values) if is_list else next(iter(row.values), "")}


def from_form(params: QueryDict, known: dict[str, Filterable]) -> Builder:
    """What was typed; a field or operator that does not exist, or does not go together, becomes the first that does."""
    groups = tuple(_match(text) for text in params.getlist("group-match")[:MOST_GROUPS])
    numbers = [text for text in params.getlist("row") if text.isascii() and text.isdigit()][:MOST_CONDITIONS]
    rows = tuple(_row(params, number, known, len(groups)) for number in numbers if known)
    return Builder(_match(params.get("match", ALL)), groups, rows, known)


def _row(params: QueryDict, number: str, known: dict[str, Filterable], groups: int) -> Row:
    name = params.get(f"field-{number}", "")
    chosen = known.get(name) or next(iter(known.values()))
    op = params.get(f"op-{number}", "")
    op = op if op in chosen.operators else chosen.operators[0]
    group = params.get(f"in-{number}", ROOT)
    group = group if group in {str(one) for one in range(groups)} else ROOT
    # What was typed for another field, or another kind of value, would mean nothing here.
    is_same = params.get(f"was-{number}") in (None, f"{chosen.name}:{OPERATORS[op][1]}")
    return Row(group, chosen.name, op, tuple(params.getlist(f"value-{number}")) if is_same else ())


def from_json(text: str, known: dict[str, Filterable]) -> Builder:
    """A filter that was found sound before."""
    if not text:
        return Builder(known=known)
    ((match, parts),) = orjson.loads(text).items()
    groups: list[str] = []
    rows: list[Row] = []
    for part in parts:
        if "field" in part:
            rows.append(_read(part, ROOT))
            continue
        ((inner, conditions),) = part.items()
        rows += [_read(one, str(len(groups))) for one in conditions]
        groups.append(inner)
    return Builder(match, tuple(groups), tuple(rows), known)


def _read(part: dict[str, Any], group: str) -> Row:
    value = part.get("value")
    values = value if isinstance(value, list) else [] if value is None else [value]
    return Row(group, part["field"], part["op"], tuple(_typed(one) for one in values))


def _typed(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _match(text: str) -> str:
    return ANY if text == ANY else ALL


def shown(row: Row, number: int, builder: Builder, actor: Any) -> dict[str, Any]:
    """A row as its template needs it."""
    chosen = builder.known[row.field]
    shape = OPERATORS[row.op][1]
    choices = _choices(chosen, shape, actor)
    return {
        "number": number,
        "group": row.group,
        "field": row.field,
        "label": chosen.label,
        "op": row.op,
        "operators": [(op, OPERATORS[op][0]) for op in chosen.operators],
        "was": f"{chosen.name}:{shape}",
        "shape": shape,
        "input": {"number": "text", "date": "date", "moment": "date"}.get(chosen.kind, "text"),
        "choices": [(str(value), label, str(value) in row.values) for value, label in choices],
        "values": row.values,
    }


def _choices(chosen: Filterable, shape: str, actor: Any) -> list[tuple[Any, Any]]:
    if shape == PERIOD:
        return [(name, label) for name, (label, _bounds) in PERIODS.items()]
    if chosen.kind == "flag":
        return [("true", YES), ("false", NO)]
    return list(chosen.choices(actor)) if chosen.choices else []
