"""Ids that a record had before: what was merged into it keeps answering to its own. Registered in crm.wiring."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from crm.core.actor import Actor
from crm.core.canaries import reached
from crm.core.records import Record

# (model, old id) → the id of the record that took its place, or None.
Successor = Callable[[type[Any], Any], UUID | None]
# record → the ids of all that were merged into it, as the trail writes them.
Former = Callable[[Any], list[str]]

_successors: list[Successor] = []
_formers: list[Former] = []


def register_former_ids(successor: Successor, former: Former) -> None:
    """Called by crm.wiring only."""
    _successors.append(successor)
    _formers.append(former)


def ids_of(record: Any) -> list[str]:
    """Its own id and those it had before."""
    return [str(record.pk), *(pk for former in _formers for pk in former(record))]


def moved_to(actor: Actor, model: type[Any], pk: Any) -> UUID | None:
    """Where the record with this old id went, if the actor may see that one."""
    if not issubclass(model, Record):
        return None
    rows: Any = model.objects
    return next((found for found in _found(model, pk) if reached(rows, actor).filter(pk=found).exists()), None)


def _found(model: type[Any], pk: Any) -> Iterable[UUID]:
    return filter(None, (successor(model, pk) for successor in _successors))
