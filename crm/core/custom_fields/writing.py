"""Custom fields of a record being written: what is given is merged into what is there, and checked as a whole."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from crm.core.actor import Actor
from crm.core.canaries import reached
from crm.core.custom_fields.definitions import (
    COLUMN,
    PREFIX,
    Definition,
    FieldType,
    definitions_of,
    every_definition_of,
    holds_custom_fields,
)
from crm.core.custom_fields.values import clean_value
from crm.core.errors import Detail, Invalid

Changes = dict[str, tuple[Any, Any]]


def names_given(given: Mapping[str, Any] | None) -> set[str]:
    return {PREFIX + key for key in given or ()}


def fill_custom_fields(actor: Actor, record: Any, given: Mapping[str, Any] | None) -> None:
    """Of a new record: defaults where nothing is given. Raises Invalid, also for what is required and empty.

    None is from who knows of no such fields (a lead that is converted), and may leave out what is required.
    """
    known = definitions_of(type(record))
    defaults = {one.key: one.default for one in known if one.default is not None}
    is_mapping = given is None or isinstance(given, Mapping)
    record.custom_fields, faults = _merged(actor, record, {**defaults, **(given or {})} if is_mapping else given)
    is_asked = given is not None and is_mapping
    lacking = [one for one in known if is_asked and one.is_required and one.key not in record.custom_fields]
    named = {fault["field"] for fault in faults}
    faults += [_fault(one.name, "This field is required.", "required") for one in lacking if one.name not in named]
    _refuse(faults)


def change_custom_fields(actor: Actor, record: Any, given: Mapping[str, Any]) -> Changes:
    """Sets them on a record that exists; answers {name: (before, after)}. Raises Invalid."""
    before = record.custom_fields
    after, faults = _merged(actor, record, given)
    emptied = (one for one in definitions_of(type(record)) if one.is_required and one.key in given)
    faults += [_fault(one.name, "This field is required.", "required") for one in emptied if one.key not in after]
    _refuse(faults)
    record.custom_fields = after
    return {PREFIX + key: (before.get(key), after.get(key)) for key in given if before.get(key) != after.get(key)}


def each_custom_field(record: Any) -> dict[str, Any]:
    """Name → value, as the trail tells them."""
    return {PREFIX + key: value for key, value in record.custom_fields.items()}


def searched_values(record: Any) -> list[tuple[str, str]]:
    """(name, text) of what a search may find the record by."""
    values = getattr(record, COLUMN, None)
    if not values or not holds_custom_fields(type(record)):
        return []
    known = definitions_of(type(record))
    return [(one.name, str(values[one.key])) for one in known if one.is_searched and one.key in values]


def _merged(actor: Actor, record: Any, given: Any) -> tuple[dict[str, Any], list[Detail]]:
    if not isinstance(given, Mapping):
        return record.custom_fields, [_fault(COLUMN, "An object is expected: {key: value}.", "invalid")]
    known = {one.key: one for one in every_definition_of(type(record))}
    merged, faults = dict(record.custom_fields), []
    for key, raw in given.items():
        try:
            value = _value(actor, record, _writable(known.get(key)), raw, merged.get(key))
        except ValidationError as error:
            faults += [_fault(f"{PREFIX}{key}", " ".join(one.messages), one.code) for one in error.error_list]
            continue
        merged.pop(key, None)
        if value is not None:
            merged[key] = value
    return merged, faults


def _writable(definition: Definition | None) -> Definition:
    if definition is None:
        raise ValidationError("There is no such field.", code="unknown_field")
    if definition.is_archived:
        raise ValidationError("This field is archived. Its values stay as they are.", code="archived_field")
    return definition


def _value(actor: Actor, record: Any, definition: Definition, raw: Any, current: Any) -> Any:
    value = clean_value(definition, raw, current)
    if value is not None and value != current and definition.type in (FieldType.USER, FieldType.RECORD):
        _check_reference(actor, record, definition, value)
    return value


def _check_reference(actor: Actor, record: Any, definition: Definition, pk: str) -> None:
    """Like a link: visible, active and, where it is a record, of the same team."""
    rows = reached(referred_model(definition).objects, actor, via="link").filter(pk=pk)
    if definition.type == FieldType.USER:
        is_known = rows.filter(is_active=True).exists()
    else:
        is_known = rows.filter(archived_at__isnull=True, team_id=record.team_id).exists()
    if not is_known:
        raise ValidationError("There is no such record in this team.", code="unknown_reference")


def referred_model(definition: Definition) -> Any:
    """The model a value of this field names by its id."""
    if definition.type == FieldType.USER:
        return get_user_model()
    return next(one for one in holders() if one._meta.model_name == definition.target)


def holders() -> list[type[Any]]:
    """Every model with custom fields."""
    return [model for model in apps.get_models() if holds_custom_fields(model)]


def _fault(name: str, message: str, code: str | None) -> Detail:
    return {"field": name, "code": code or "invalid", "message": message}


def _refuse(faults: list[Detail]) -> None:
    if faults:
        raise Invalid(details=faults)
