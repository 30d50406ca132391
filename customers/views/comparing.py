"""The fields of two records side by side, each value in words."""

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.core.custom_fields.definitions import COLUMN
from crm.core.custom_fields.showing import custom_facts
from crm.core.facts import text_of
from crm.core.formats import moment
from customers.merging.choosing import BOTH, OTHER, THIS, Choice


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    text: str
    whose: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """`text` is the value where there is nothing to choose."""

    name: str
    label: str
    options: list[Option]
    text: str


def told_apart(this: Any, other: Any) -> tuple[str, str]:
    """What the two are called; records that are one often have one name, and then their e-mail or first day tells."""
    if str(this) != str(other):
        return str(this), str(other)
    hints = [one.email if this.email != other.email and one.email else moment(one.created_at) for one in (this, other)]
    return f"{this} ({hints[0]})", f"{other} ({hints[1]})"


def field_of(actor: Actor, choice: Choice, pair: tuple[Any, Any], names: tuple[str, str]) -> Field:
    options = [_option(actor, choice, one, pair, names) for one in choice.options] if choice.differs else []
    return Field(choice.name, str(capfirst(choice.field.verbose_name)), options, _text(actor, choice, pair[0]))


def _option(actor: Actor, choice: Choice, value: str, pair: tuple[Any, Any], names: tuple[str, str]) -> Option:
    whose = {THIS: names[0], OTHER: names[1], BOTH: _("both together")}[value]
    record = {THIS: pair[0], OTHER: pair[1], BOTH: _with(pair[0], choice)}[value]
    return Option(value, _text(actor, choice, record), whose, value == choice.proposed)


def _with(record: Any, choice: Choice) -> Any:
    """The record as it would be with what both have together."""
    joined = copy(record)
    setattr(joined, choice.field.attname, choice.together)
    return joined


def _text(actor: Actor, choice: Choice, record: Any) -> str:
    if choice.name != COLUMN:
        return text_of(record, choice.field)
    return "\n".join(f"{fact.label}: {fact.text}" for fact in custom_facts(actor, record) if fact.text)
