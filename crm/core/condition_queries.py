"""Conditions as the database understands them. Days are those of the person who asks."""

from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Model, Q
from django.utils import timezone

from crm.core.actor import Actor
from crm.core.condition_values import value_of
from crm.core.conditions import EMPTINESS, Condition, Group
from crm.core.periods import DAY, Bounds, bounds_of, start_of
from crm.core.searching import fold

COMPARED = {"above": "gt", "below": "lt", "is_any_of": "in"}


def query_of(group: Group, actor: Actor, model: type[Model]) -> Q:
    """Raises BadRequest (`invalid_filter`) for a value of the wrong kind."""
    parts = [_part(part, actor, model) for part in group.parts]
    return reduce(or_ if group.is_any else and_, parts)


def _part(part: Condition | Group, actor: Actor, model: type[Model]) -> Q:
    if isinstance(part, Group):
        return query_of(part, actor, model)
    field, value = part.field, value_of(part, actor)
    if field.rows is not None:
        return field.rows(value)
    if field.kind == "labels":
        return _labelled(part, value, model)
    if field.kind in ("date", "moment"):
        return _dated(part, value)
    return _plain(part, value, actor)


def _plain(condition: Condition, value: Any, actor: Actor) -> Q:
    path, op = condition.field.path, condition.op
    if op in COMPARED:
        return Q(**{f"{path}__{COMPARED[op]}": value})
    if op in EMPTINESS:
        return _emptiness(condition)
    if op == "between":
        return Q(**{f"{path}__gte": value[0], f"{path}__lte": value[1]})
    if op == "contains":
        # The first is found by the trigram index, the second says that it stands in this field.
        return Q(search_text__contains=fold(value)) & Q(**{f"{path}__icontains": value})
    if op == "is_not":
        # What is empty is not that, either.
        return ~_equal(condition, value) | Q(**{f"{path}__isnull": True})
    return _equal(condition, actor.id if op == "is_me" else value)


def _equal(condition: Condition, value: Any) -> Q:
    is_text = condition.field.kind in ("text", "searched")
    return Q(**{f"{condition.field.path}__iexact" if is_text else condition.field.path: value})


def _emptiness(condition: Condition) -> Q:
    path = condition.field.path
    is_text = condition.field.kind in ("text", "searched")
    empty = Q(**{path: ""}) if is_text else Q(**{f"{path}__isnull": True})
    return empty if condition.op == "is_empty" else ~empty


def _labelled(condition: Condition, value: Any, model: type[Model]) -> Q:
    """By a subquery, so that a record with two labels is still one row."""
    has = Q(pk__in=model._base_manager.filter(**{condition.field.path: value}).values("pk"))
    return has if condition.op == "has" else ~has


def _dated(condition: Condition, value: Any) -> Q:
    path, op = condition.field.path, condition.op
    if op in EMPTINESS:
        return _emptiness(condition)
    if op == "before":
        return _before(condition, value)
    if op == "after":
        return Q(**{f"{path}__gte": _edge(condition, value + DAY)})
    first, end = _stretch(op, value, timezone.localdate())
    if op == "not_in_last":
        return _before(condition, first) | Q(**{f"{path}__isnull": True})
    return Q(**{f"{path}__gte": _edge(condition, first), f"{path}__lt": _edge(condition, end)})


def _stretch(op: str, value: Any, today: date) -> Bounds:
    """The days that an operator speaks of; the end is not part."""
    if op in ("in_last", "not_in_last"):
        return today - DAY * (value - 1), today + DAY
    if op == "in_next":
        return today, today + DAY * value
    if op == "during":
        return bounds_of(value, today)
    first, last = value if op == "between" else (value, value)
    return first, last + DAY


def _before(condition: Condition, day: date) -> Q:
    return Q(**{f"{condition.field.path}__lt": _edge(condition, day)})


def _edge(condition: Condition, day: date) -> Any:
    return start_of(day) if condition.field.kind == "moment" else day
