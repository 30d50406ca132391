"""Narrowing a list by custom fields: `custom_fields.<key>=`, and `__gte`, `__lt`, `__isnull` behind the name.

Each condition says `has_key` aloud: only so the planner may use the field's own index (docs/adr/0036).
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q, QuerySet

from crm.core.actor import Actor
from crm.core.custom_fields.definitions import COLUMN, PREFIX, RANGED, Definition, FieldType, definitions_of
from crm.core.custom_fields.values import clean_value
from crm.core.errors import BadRequest, Detail
from crm.core.sensitive import refuse_fields, unreadable

WORDS = {"true": True, "false": False}
RANGES = ("gte", "lt")


def parameters_of(model: type[Any]) -> set[str]:
    """What may stand in the query."""
    return {name for one in definitions_of(model) for name in _parameters(one)}


def orderings_of(model: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in definitions_of(model) if one.is_ordered)


def narrowed(rows: QuerySet[Any], params: Mapping[str, Any], actor: Actor) -> QuerySet[Any]:
    """Raises BadRequest (`invalid_parameter`), Forbidden (`field_forbidden`) for what the actor may not read."""
    given = [name for name in params if name.startswith(PREFIX) and params[name]]
    if not given:
        return rows
    known = {name: one for one in definitions_of(rows.model) for name in _parameters(one)}
    refuse_fields(unreadable(actor, rows.model).intersection(known[name].name for name in given if name in known))
    faults: list[Detail] = []
    for name in given:
        try:
            rows = rows.filter(condition(known[name], name.removeprefix(known[name].name)[2:], params[name]))
        except ValidationError as error:
            faults.append({"field": name, "code": str(error.code), "message": " ".join(error.messages)})
    if faults:
        raise BadRequest("A filter has a wrong value.", code="invalid_parameter", details=faults)
    return rows


def condition(definition: Definition, lookup: str, text: str) -> Q:
    """`lookup` is empty, `gte`, `lt` or `isnull`. Raises ValidationError."""
    has_value = Q(**{f"{COLUMN}__has_key": definition.key})
    if lookup == "isnull":
        return ~has_value if _boolean(text) else has_value
    value = _value(definition, text)
    if definition.type == FieldType.MULTI_CHOICE:
        return has_value & _holds(definition, value[0])
    return has_value & Q(**{f"{definition.path}__{lookup or 'exact'}": value})


def _parameters(definition: Definition) -> tuple[str, ...]:
    ranges = RANGES if definition.type in RANGED else ()
    return (definition.name, *(f"{definition.name}__{one}" for one in (*ranges, "isnull")))


def _value(definition: Definition, text: str) -> Any:
    readers: dict[str, Callable[[str], Any]] = {
        FieldType.BOOLEAN: _boolean,
        FieldType.MULTI_CHOICE: lambda key: [key],
    }
    raw = readers.get(definition.type, str)(text)
    # Who filters may ask for what can no longer be chosen.
    return clean_value(definition, raw, raw)


def _boolean(text: str) -> bool:
    if text not in WORDS:
        raise ValidationError("true or false.", code="invalid")
    return WORDS[text]


def _holds(definition: Definition, key: str) -> Q:
    """Among several choices; SQLite looks for the quoted key in the list as it is written."""
    if connection.vendor == "postgresql":
        return Q(**{f"{definition.path}__contains": [key]})
    return Q(**{f"{definition.path}__icontains": f'"{key}"'})
