"""Lines of parents and superiors: a merge must not close one into a circle."""

from typing import Any
from uuid import UUID

from crm.core.records import Record
from customers.merging.choosing import Changes, link_fields

LONGEST = 100


def straightened(winner: Record, loser: Record, changes: Changes) -> Changes:
    """Where one stands above the other, the upper place is the winner's: below itself it cannot be."""
    straight = dict(changes)
    for field in link_fields(type(winner)):
        before = getattr(winner, field.attname)
        if loser.pk in above(field, before):
            after = getattr(loser, field.attname)
        elif winner.pk in above(field, getattr(loser, field.attname)):
            after = before
        else:
            continue
        straight.pop(field.attname, None)
        if after != before:
            straight[field.attname] = (before, after)
    return straight


def above(field: Any, start: UUID | None) -> list[UUID]:
    """The line from `start` upwards, itself first."""
    line: list[UUID] = []
    while start is not None and start not in line and len(line) < LONGEST:
        line.append(start)
        start = field.model._base_manager.filter(pk=start).values_list(field.attname, flat=True).first()
    return line
