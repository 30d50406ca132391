"""What can point to a record, found by reflection over all models, so that a new model cannot be forgotten."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model, UUIDField


def links_to(model: type[Model]) -> Iterator[Any]:
    """Every foreign key to this model, those of many-to-many tables included."""
    for other in apps.get_models(include_auto_created=True):
        for field in other._meta.concrete_fields:
            if field.related_model is model and field.model is other:
                yield field


def ids_without_link() -> Iterator[str]:
    """Every plain id column that may name a record."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if isinstance(field, UUIDField) and not field.primary_key and not field.is_relation:
                yield label_of(field)


def label_of(field: Any) -> str:
    return f"{field.model._meta.label}.{field.name}"
