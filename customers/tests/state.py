"""Every row of the tables a merge may touch, without what a merge moves on by design: versions and their moments."""

from typing import Any

from django.apps import apps

NOT_COMPARED = {"version", "updated_at"}
# What happened stays told, and the merge itself is remembered.
NO_PART = {"Merge"}


def state() -> dict[str, list[dict[str, Any]]]:
    models = [model for label in ("customers", "deals") for model in apps.get_app_config(label).get_models(True)]
    return {model._meta.label: _rows(model) for model in models if model.__name__ not in NO_PART}


def _rows(model: type[Any]) -> list[dict[str, Any]]:
    names = [field.attname for field in model._meta.concrete_fields if field.name not in NOT_COMPARED]
    return list(model._base_manager.order_by("pk").values(*names))
