"""Keyed hashes cannot be hashed again without what was hashed; this says how many may still rest on a former key."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db import models

from crm.ops.keys import ring

BORN = ("created_at", "created", "started_at")
_exact: dict[str, tuple[str, Callable[[], int]]] = {}


@dataclass(frozen=True, slots=True)
class Resting:
    """`rows` on former keys of `ring`: exactly so many, or at most."""

    name: str
    ring: str
    rows: int
    is_exact: bool


def register_hashes(name: str, key_ring: str, count: Callable[[], int]) -> None:
    """For rows that say which key made their hash: how many are not under the newest. Called by crm.wiring only."""
    _exact[name] = (key_ring, count)


def resting_on_former_keys(since: dict[str, datetime]) -> Iterator[Resting]:
    """`since`: ring → when its newest key was first seen. What is younger than that key was hashed with it."""
    for name, (key_ring, count) in _exact.items():
        yield Resting(name, key_ring, count(), is_exact=True)
    for model, column, key_ring in _hashed_columns():
        born = next((one for one in BORN if one in {field.name for field in model._meta.concrete_fields}), None)
        rows = model._base_manager.exclude(**{column: ""})
        older = rows.filter(**{f"{born}__lt": since[key_ring]}) if born else rows
        found = older.count() if len(ring(key_ring)) > 1 else 0
        yield Resting(f"{model._meta.db_table}.{column}", key_ring, found, is_exact=False)


def _hashed_columns() -> Iterator[tuple[type[models.Model], str, str]]:
    """Fields that name the ring of their hashes in `key_ring`."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if key_ring := getattr(field, "key_ring", None):
                yield model, field.attname, key_ring
