"""Custom fields that name a record by its id: no foreign key leads there, the definition of the field does."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F
from django.utils import timezone

from auditlog.services import record
from auditlog.writes import event_word
from crm.core.actor import Actor
from crm.core.custom_fields.definitions import COLUMN, PREFIX, FieldType
from crm.core.custom_fields.writing import holders
from crm.core.records import Record
from customers.models import CustomField

Moved = dict[str, list[str]]


def move_references(actor: Actor, loser: Record, winner: Record) -> Moved:
    """{`app.model.key`: ids}; the winner's own values are among its fields."""
    moved: Moved = {}
    for model, key in _fields(str(loser._meta.model_name)):
        rows = model._base_manager.filter(**{f"{COLUMN}__{key}": str(loser.pk)}).exclude(pk__in=[winner.pk, loser.pk])
        if pks := [str(row.pk) for row in _rewrite(actor, rows, key, loser.pk, winner.pk)]:
            moved[f"{model._meta.label}.{key}"] = pks
    return moved


def move_back(actor: Actor, moved: Moved, winner: UUID, loser: UUID) -> None:
    """Those that still name the winner."""
    for label, pks in moved.items():
        model, _dot, key = label.rpartition(".")
        rows = apps.get_model(model)._base_manager.filter(pk__in=pks, **{f"{COLUMN}__{key}": str(winner)})
        list(_rewrite(actor, rows, key, winner, loser))


def without_itself(winner: Record, loser: Record, values: Any) -> Any:
    """The winner's custom fields, where they named the loser: it would name itself."""
    own = {key for model, key in _fields(str(loser._meta.model_name)) if isinstance(winner, model)}
    return {key: one for key, one in values.items() if not (key in own and one in (str(winner.pk), str(loser.pk)))}


def _fields(target: str) -> Iterator[tuple[type[Any], str]]:
    models = {str(model._meta.model_name): model for model in holders()}
    fields = CustomField.objects.filter(type=FieldType.RECORD, target=target).values_list("holder", "key")
    yield from ((models[holder], key) for holder, key in fields)


def _rewrite(actor: Actor, rows: Any, key: str, before: UUID, after: UUID) -> Iterator[Any]:
    for row in rows.order_by("pk"):
        values = {**row.custom_fields, key: str(after)}
        own = type(row)._base_manager.filter(pk=row.pk)
        own.update(custom_fields=values, version=F("version") + 1, updated_at=timezone.now())
        record(actor, f"{event_word(row)}.updated", row, {PREFIX + key: (str(before), str(after))})
        yield row
