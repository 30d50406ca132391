"""A filter in the words of people."""

from typing import Any

from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.core.condition_values import value_of
from crm.core.conditions import DAYS, NONE, OPERATORS, PERIOD, Condition, Group
from crm.core.formats import day
from crm.core.periods import PERIODS


def in_words(group: Group, actor: Actor) -> list[str]:
    """One text for each part of the outermost group."""
    return [_part(part, actor) for part in group.parts]


def _part(part: Condition | Group, actor: Actor) -> str:
    if isinstance(part, Group):
        return (f" {_('or')} " if part.is_any else f" {_('and')} ").join(in_words(part, actor))
    words, shape = str(OPERATORS[part.op][0]), OPERATORS[part.op][1]
    value = value_of(part, actor)
    if shape == DAYS:
        return f"{part.field.label} {words.replace('…', str(value))}"
    if shape == PERIOD:
        return f"{part.field.label} {words} {PERIODS[value][0]}"
    return f"{part.field.label} {words}" + ("" if shape == NONE else f" {_values(part, value, actor)}")


def _values(condition: Condition, value: Any, actor: Actor) -> str:
    values = list(value) if isinstance(value, list | tuple) else [value]
    joint = f" {_('and')} " if isinstance(value, tuple) else f" {_('or')} "
    return joint.join(_value(condition, one, actor) for one in values)


def _value(condition: Condition, value: Any, actor: Actor) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if condition.field.kind in ("date", "moment"):
        return day(value)
    named = {str(one): str(label) for one, label in condition.field.choices(actor)} if condition.field.choices else {}
    return named.get(str(value), str(value))
