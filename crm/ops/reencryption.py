"""Moves every encrypted text under the newest key of SECRET_ENCRYPTION_KEY; can be stopped and started again.

Columns are found by reflection, what lies encrypted elsewhere is registered in crm.wiring. Each row is changed by
compare-and-set, so that a write of the application is never overwritten.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from crm.core.encryption import EncryptedTextField, Unreadable, decrypt, is_current

BATCH = 200
Column = tuple[type[models.Model], str]

log = structlog.get_logger("crm.keys")
_elsewhere: dict[str, Callable[[], Iterable[int]]] = {}


def register_reencryption(name: str, reencrypt: Callable[[], Iterable[int]]) -> None:
    """For encrypted texts inside other columns; `reencrypt` yields how many it moved. Called by crm.wiring only."""
    _elsewhere[name] = reencrypt


@dataclass(slots=True)
class Outcome:
    """Of one column: rows moved now, rows that no key of the ring reads, rows still under an old key at the end."""

    name: str
    moved: int = 0
    unreadable: int = 0
    left: int = 0

    @property
    def is_done(self) -> bool:
        return not self.unreadable and not self.left


def columns() -> list[Column]:
    return [
        (model, field.attname)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def reencrypt_all() -> Iterator[Outcome]:
    for model, column in columns():
        yield reencrypt(model, column)
    for name, elsewhere in _elsewhere.items():
        yield _reencrypt_elsewhere(name, elsewhere)


def reencrypt(model: type[models.Model], column: str) -> Outcome:
    """One pass that moves, and one that proves that nothing is left."""
    outcome = Outcome(f"{model._meta.db_table}.{column}")
    for batch in _batches(model, column):
        with transaction.atomic():
            for pk, stored in batch:
                _move(outcome, model, column, pk, stored)
    outcome.left = sum(not is_current(stored) for batch in _batches(model, column) for _pk, stored in batch)
    outcome.left -= outcome.unreadable
    return outcome


def _move(outcome: Outcome, model: type[models.Model], column: str, pk: Any, stored: str) -> None:
    if is_current(stored):
        return
    try:
        text = decrypt(stored)
    except Unreadable:
        outcome.unreadable += 1
        log.error("encrypted_text_unreadable", table=model._meta.db_table, column=column, pk=str(pk))
        return
    outcome.moved += _stored(model, column).filter(pk=pk, stored=stored).update(**{column: text})


def _batches(model: type[models.Model], column: str) -> Iterator[list[tuple[Any, str]]]:
    """(key, text as it is stored) of every row that has one, in the order of the keys."""
    rows, last = _stored(model, column).exclude(stored="").exclude(stored=None).order_by("pk"), None
    while batch := list((rows if last is None else rows.filter(pk__gt=last)).values_list("pk", "stored")[:BATCH]):
        yield batch
        last = batch[-1][0]


def _stored(model: type[models.Model], column: str) -> models.QuerySet[Any]:
    return model._base_manager.annotate(stored=Cast(column, models.TextField()))


def _reencrypt_elsewhere(name: str, elsewhere: Callable[[], Iterable[int]]) -> Outcome:
    outcome = Outcome(name)
    try:
        for moved in elsewhere():
            outcome.moved += moved
    except Unreadable:
        outcome.unreadable += 1
        log.exception("encrypted_text_unreadable", name=name)
    return outcome
