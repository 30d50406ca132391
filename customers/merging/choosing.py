"""Which of two values stays, field by field: the winner's unless it is empty, both where both can be kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from crm.core.actor import Actor
from crm.core.changes import ensure_may_assign
from crm.core.custom_fields.definitions import COLUMN, PREFIX
from crm.core.errors import Invalid, invalid_field
from crm.core.fields import ProseField
from crm.core.records import Record
from crm.core.sensitive import hidden_fields, locked_fields, refuse_fields
from customers.merging.addresses import with_addresses
from customers.merging.channels import LABELS, with_channels
from customers.services.consents import MARKS

THIS, OTHER, BOTH = SOURCES = ("this", "other", "both")
# The team is the same; a mark against a channel stays, whichever record had it; a label follows its address.
NOT_CHOSEN = {"id", "team", *MARKS.values(), *LABELS.values()}
EMPTY: tuple[Any, ...] = (None, "", [], {})

Chosen = Mapping[str, str]
Changes = dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One field of both records; `options` are what may be chosen, `proposed` what is chosen for whom says nothing."""

    field: Any
    this: Any
    other: Any

    @property
    def name(self) -> str:
        return str(self.field.name)

    @property
    def differs(self) -> bool:
        return bool(self.this != self.other)

    @property
    def options(self) -> tuple[str, ...]:
        return (THIS, OTHER, BOTH) if self.together is not None else (THIS, OTHER)

    @property
    def proposed(self) -> str:
        if self.together is not None:
            return BOTH
        return OTHER if self.this in EMPTY and self.other not in EMPTY else THIS

    @property
    def together(self) -> Any:
        """Both texts one after the other, or both sets of values; None where there is only one to keep."""
        if self.this in EMPTY or self.other in EMPTY or not self.differs:
            return None
        if isinstance(self.this, dict) and isinstance(self.other, dict):
            return {**self.other, **self.this}
        if isinstance(self.this, list) and isinstance(self.other, list):
            return [*self.this, *(one for one in self.other if one not in self.this)]
        if not isinstance(self.field, ProseField):
            return None
        text = f"{self.this}\n\n{self.other}"
        return text if len(text) <= (self.field.max_length or len(text)) else None

    def value(self, chosen: str) -> Any:
        return {THIS: self.this, OTHER: self.other, BOTH: self.together}[chosen]


def choices_between(winner: Record, loser: Record) -> list[Choice]:
    """Every field that people edit, whether it differs or not; an administrator's own fields are one among them."""
    columns = (one for one in winner._meta.concrete_fields if one.editable or one.name == COLUMN)
    fields = (field for field in columns if field.name not in NOT_CHOSEN)
    return [Choice(field, getattr(winner, field.attname), getattr(loser, field.attname)) for field in fields]


def decided(actor: Actor, winner: Record, loser: Record, chosen: Chosen) -> Changes:
    """{column: (before, after)} of the winner. Raises Invalid, Forbidden (`field_forbidden`).

    What somebody may not see is decided by the proposal, so that nothing is lost to those who may.
    """
    choices = {choice.name: choice for choice in choices_between(winner, loser)}
    _refuse_unknown(choices, chosen)
    wanted = {name: source for name, source in chosen.items() if source != THIS and choices[name].differs}
    refuse_fields(closed_to(actor, winner, loser).intersection(wanted))
    if wanted.get("owner") == OTHER:
        ensure_may_assign(actor, winner, loser.owner_id)
    open_to = {name: source for name, source in chosen.items() if name not in closed_to(actor, winner, loser)}
    values = {one.field.attname: one.value(open_to.get(one.name, one.proposed)) for one in choices.values()}
    values = with_addresses(winner, loser, with_channels(winner, loser, values)) | _never_chosen(winner, loser)
    return {name: (getattr(winner, name), after) for name, after in values.items() if getattr(winner, name) != after}


def closed_to(actor: Actor, winner: Record, loser: Record) -> set[str]:
    """What the actor may not see of either or not write; one closed field of an administrator's closes them all."""
    closed = hidden_fields(actor, winner) | hidden_fields(actor, loser) | locked_fields(actor, winner)
    return {*closed, *([COLUMN] if any(name.startswith(PREFIX) for name in closed) else ())}


def _refuse_unknown(choices: Mapping[str, Choice], chosen: Chosen) -> None:
    for name, source in chosen.items():
        if name not in choices:
            raise invalid_field(f"fields.{name}", "There is no such field to choose.", "unknown_field")
        if source not in choices[name].options:
            options = ", ".join(choices[name].options)
            message = f"Choose one of: {options}."
            raise Invalid(details=[{"field": f"fields.{name}", "code": "invalid_choice", "message": message}])


def _never_chosen(winner: Any, loser: Any) -> dict[str, Any]:
    """A mark of either is kept, and the later of two moments."""
    marks = {mark: getattr(winner, mark) or getattr(loser, mark) for mark in MARKS.values() if hasattr(winner, mark)}
    moments = [one.last_activity_at for one in (winner, loser) if one.last_activity_at]
    return marks | {"last_activity_at": max(moments, default=None)}


def link_fields(model: type[models.Model]) -> list[Any]:
    """Links to another record of the same kind: a parent, a superior."""
    return [field for field in model._meta.concrete_fields if field.related_model is model]
