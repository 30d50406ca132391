"""Rows as plain JSON and back, exactly: every column of any model, without knowing which it has."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.deletion import Collector

Values = dict[str, Any]


def columns_of(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]


def plain(row: models.Model) -> Values:
    """{column: value}; text where JSON has no such value."""
    return {field.attname: _plain(field, row) for field in columns_of(type(row))}


def _plain(field: Any, row: models.Model) -> Any:
    value = getattr(row, field.attname)
    if value is None or isinstance(field, models.JSONField) or type(value) in (str, int, bool):
        return value
    return field.value_to_string(row)


def read(model: type[models.Model], values: Values) -> Values:
    """What `plain` wrote, as the model has it; columns that are no more are left out."""
    return {
        field.attname: _read(field, values[field.attname]) for field in columns_of(model) if field.attname in values
    }


def _read(field: Any, value: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    return (field.target_field if field.is_relation else field).to_python(value)


def insert(model: type[models.Model], values: Values) -> models.Model:
    """As it was, its id included; no default, no rule and no signal has a say."""
    row = model(**values)
    row.save_base(raw=True, force_insert=True)
    return row


def with_dependents(row: models.Model) -> Iterator[models.Model]:
    """The row and all that would go with it. Raises ProtectedError for what must not go."""
    collector = Collector(using=row._state.db or "default", origin=row)
    collector.collect([row])
    yield row
    for instances in collector.data.values():
        yield from (one for one in instances if one != row)
    for rows in collector.fast_deletes:
        yield from rows


def named(row: models.Model) -> Values:
    return {"model": row._meta.label, "values": plain(row)}


def model_of(label: str) -> type[models.Model]:
    return apps.get_model(label)
