"""What notices can be about: records and runs that lead to a page of their own, registered by crm.wiring."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.urls import reverse

from crm.core.actor import Actor

# (the model's name as the trail has it, the id)
Subject = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class NoticedRecord:
    """`detail` and `listing` are URL names. What `is_assigned` becomes somebody's, and they are told."""

    model: type[Any]
    detail: str
    listing: str
    is_assigned: bool = True


_known: dict[str, NoticedRecord] = {}


def register_noticed(model: type[Any], detail: str, listing: str, *, is_assigned: bool = True) -> None:
    """Called by crm.wiring only."""
    _known[str(model._meta.model_name)] = NoticedRecord(model, detail, listing, is_assigned)


def is_assignable(object_type: str) -> bool:
    return object_type in _known and _known[object_type].is_assigned


def subject_of(record: Model) -> Subject:
    return str(record._meta.model_name), record.pk


def seen_by(actor: Actor, object_type: str, pks: Iterable[UUID | str]) -> set[UUID]:
    """Which of these the actor may read; none of what nobody registered. One query."""
    if object_type not in _known:
        return set()
    rows = _known[object_type].model.objects.for_actor(actor).filter(pk__in=list(pks))
    return set(rows.order_by().values_list("pk", flat=True))


def noun_of(object_type: str) -> str:
    return str(_known[object_type].model._meta.verbose_name).capitalize() if object_type in _known else ""


def link_to(object_type: str, pk: UUID) -> str:
    return reverse(_known[object_type].detail, args=[pk])


def list_of(object_type: str, owner: UUID) -> str:
    """The list of what is theirs; empty for records of several kinds."""
    return f"{reverse(_known[object_type].listing)}?owner={owner}" if object_type in _known else ""
