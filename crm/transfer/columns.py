"""What a file's column can become: one field of ours, how its text is read, and other names it goes by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst

from crm.core.actor import Actor
from crm.core.fields import EmailAddressField, PhoneField, ProseField, to_e164
from crm.transfer.reading_values import (
    Noticed,
    choice_key,
    read_boolean,
    read_choice,
    read_country,
    read_date,
    read_moment,
    read_number,
)


@dataclass(slots=True)
class Context:
    """What reading a row needs to know of its import. `choices` maps a field to a source's own words."""

    actor: Actor
    team: Any
    mode: str
    now: datetime
    region: str = ""
    date_order: str = ""
    serial_dates: bool = False
    creates_links: bool = True
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    owners: Mapping[str, UUID | None] = field(default_factory=dict)
    may_assign: bool = False
    cache: dict[str, Any] = field(default_factory=dict)

    @property
    def creates(self) -> bool:
        return self.mode in ("create", "both")

    @property
    def updates(self) -> bool:
        return self.mode in ("update", "both")


Reader = Callable[[str, Context], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """`is_reference` keeps the text for the importer, which finds what it names."""

    name: str
    label: str
    read: Reader
    aliases: tuple[str, ...] = ()
    is_reference: bool = False
    kind: str = "text"


def columns_of(model: type[models.Model], names: tuple[str, ...], **aliases: tuple[str, ...]) -> dict[str, Column]:
    """Columns for plain fields of a model, read as their type asks."""
    fields = (model._meta.get_field(name) for name in names)
    return {one.name: _column(one, aliases.get(one.name, ())) for one in fields}  # type: ignore[arg-type]


def reference(name: str, label: str, aliases: tuple[str, ...] = ()) -> dict[str, Column]:
    return {name: Column(name, label, _as_text, aliases, is_reference=True)}


def moment(name: str, label: str, aliases: tuple[str, ...] = ()) -> dict[str, Column]:
    return {name: Column(name, label, _moment, aliases, kind="date")}


OWNER = {"owner": Column("owner", "Owner", lambda text, context: read_owner(text, context), ("assigned to",))}


def read_owner(text: str, context: Context) -> UUID:
    """A colleague of the team by e-mail address or full name."""
    key = text.strip().casefold()
    if not context.may_assign and context.owners.get(key) != context.actor.id:
        raise Noticed("You may not give records to somebody else; it belongs to you.", "may_not_assign")
    if key not in context.owners:
        raise Noticed(f"Nobody in the team is called “{text[:60]}”; it belongs to you.", "unknown_owner")
    found = context.owners[key]
    if found is None:
        raise Noticed(f"Several people are called “{text[:60]}”; it belongs to you.", "ambiguous_owner")
    return found


def _column(one: models.Field, aliases: tuple[str, ...]) -> Column:
    label = capfirst(str(one.verbose_name))
    kind = "date" if isinstance(one, models.DateField) else "text"
    return Column(one.name, label, _reader(one, label), aliases, kind=kind)


def _reader(one: models.Field, label: str) -> Reader:
    if one.choices:
        own = {choice_key(str(word)): value for value, text in one.choices for word in (value, text)}
        return partial(_choice, one.name, own, label)
    for types, reader in _READERS:
        if isinstance(one, types):
            return partial(reader, one)
    return partial(_country, one) if one.name.endswith("country") else partial(_line, one)


def _as_text(text: str, context: Context) -> str:
    return text.strip()


def _line(one: Any, text: str, context: Context) -> Any:
    if one.name.endswith("street"):
        text = ", ".join(filter(None, (part.strip(" ,") for part in text.splitlines())))
    return one.clean(text, None)


def _prose(one: Any, text: str, context: Context) -> Any:
    return one.clean(text.replace("\r\n", "\n").replace("\r", "\n"), None)


def _country(one: Any, text: str, context: Context) -> str:
    return read_country(text)


def _phone(one: Any, text: str, context: Context) -> str:
    number = to_e164(text.strip().lstrip("'"), context.region)
    one.run_validators(number)
    return number


def _email(one: Any, text: str, context: Context) -> Any:
    first, _, further = text.replace(":::", ",").replace(";", ",").partition(",")
    address = one.clean(first.strip(), None)
    if further.strip(" ,"):
        raise Noticed(f"Only the first address is kept; also given: {further.strip()[:200]}", "further_values", address)
    return address


def _date(one: Any, text: str, context: Context) -> Any:
    return read_date(text, context.date_order, context.serial_dates)


def _moment(text: str, context: Context) -> Any:
    return read_moment(text, context.date_order, context.serial_dates)


def _decimal(one: Any, text: str, context: Context) -> Any:
    number = read_number(text)
    cents = round(number, one.decimal_places)
    return one.clean(cents if cents == number else number, None)


def _integer(one: Any, text: str, context: Context) -> Any:
    number = read_number(text.strip().removesuffix("%"))
    if number != number.to_integral_value():
        raise ValidationError(f"“{text[:40]}” is not a whole number.", code="invalid_number")
    return one.clean(int(number), None)


def _boolean(one: Any, text: str, context: Context) -> bool:
    return read_boolean(text)


def _choice(name: str, own: Mapping[str, str], label: str, text: str, context: Context) -> str:
    return read_choice(text, {**own, **context.choices.get(name, {})}, label)


_READERS: tuple[tuple[Any, Any], ...] = (
    (PhoneField, _phone),
    (EmailAddressField, _email),
    (ProseField, _prose),
    (models.DateField, _date),
    (models.DecimalField, _decimal),
    (models.BooleanField, _boolean),
    (models.IntegerField, _integer),
)
