"""What a file's column can become: one field of ours, how its text is read, and other names it goes by."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import models
from django.utils.text import capfirst

from crm.core.actor import Actor
from crm.core.fields import EmailAddressField, LineField, PhoneField, ProseField, to_e164
from crm.transfer.journal import Journal
from crm.transfer.ordering import AS_IN_FILE, Order
from crm.transfer.reading_values import (
    Noticed,
    Words,
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
    """What reading a row needs to know of its import. `choices` maps a field to a source's own words, `words` to what a
    person chose for the file's; `people` are the team's (e-mail address, name). `meanwhile` is work without the
    database, done while that takes records in.

    `match_on` is the one key that finds records that are here, "" for all of the importer's.
    """

    actor: Actor
    team: Any
    mode: str
    now: datetime
    region: str = ""
    date_order: str = ""
    serial_dates: bool = False
    creates_links: bool = True
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    words: Words = field(default_factory=dict)
    people: Sequence[tuple[str, str]] = ()
    owners: Mapping[str, UUID | None] = field(default_factory=dict)
    may_assign: bool = False
    cache: dict[Any, Any] = field(default_factory=dict)
    match_on: str = ""
    order: Order = AS_IN_FILE
    journal: Journal = field(default_factory=Journal)
    meanwhile: Callable[[], None] | None = None

    @property
    def creates(self) -> bool:
        return self.mode in ("create", "both")

    @property
    def updates(self) -> bool:
        return self.mode in ("update", "both")


# Addresses that every rule for them accepts as they stand; others take the long way.
PLAIN_ADDRESS = re.compile(
    r"[A-Za-z0-9_+-]{1,30}(\.[A-Za-z0-9_+-]{1,30}){0,3}@([a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?\.){1,4}[a-z]{2,20}"
)

AS_STORED = LineField()
SEPARATORS = re.compile(r":::|[;|,\n]")

Reader = Callable[[str, Context], Any]
Offers = Callable[[Context], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Column:
    """`is_reference` keeps the text for the importer, which finds what it names.

    `is_many`: several columns of a file may go here; the importer gets all their texts, each with its label, which
    another column (`labels` names this one) or the heading tells.
    `offers`, where what it may become is few: (text as `read` takes it, label) of each. `is_list`: a cell may hold
    several; `makes_new`: what is not there is made. `asks`: reading it may need the database.
    """

    name: str
    label: str
    read: Reader
    aliases: tuple[str, ...] = ()
    is_reference: bool = False
    kind: str = "text"
    is_many: bool = False
    labels: str = ""
    offers: "Offers | None" = None
    is_list: bool = False
    makes_new: bool = False
    asks: bool = False

    @property
    def is_repeatable(self) -> bool:
        return self.is_many or bool(self.labels)


def parts_of(column: Column, text: str) -> list[str]:
    """The values in a cell; what is only space is none."""
    parts = SEPARATORS.split(text) if column.is_list else [text]
    return [stripped for part in parts if (stripped := part.strip(" *\t\r\n"))]


def columns_of(model: type[models.Model], names: tuple[str, ...], **aliases: tuple[str, ...]) -> dict[str, Column]:
    """Columns for plain fields of a model, read as their type asks."""
    fields = (model._meta.get_field(name) for name in names)
    return {one.name: _column(one, aliases.get(one.name, ())) for one in fields}  # type: ignore[arg-type]


def reference(name: str, label: str, aliases: tuple[str, ...] = (), **more: Any) -> dict[str, Column]:
    return {name: Column(name, label, _as_text, aliases, is_reference=True, **more)}


def many(columns: Mapping[str, Column], *names: str) -> dict[str, Column]:
    """These columns as ones that may be filled by several of a file, and a column for the label of each."""
    found = {}
    for name in names:
        one = columns[name]
        found[name] = replace(one, is_many=True)
        found[f"{name}_label"] = Column(f"{name}_label", f"{one.label}: its label", _as_text, labels=name)
    return found


def moment(name: str, label: str, aliases: tuple[str, ...] = ()) -> dict[str, Column]:
    return {name: Column(name, label, _moment, aliases, kind="date")}


def people_of(context: Context) -> Sequence[tuple[str, str]]:
    return context.people


OWNER = {
    "owner": Column(
        "owner", "Owner", lambda text, context: read_owner(text, context), ("assigned to",), offers=people_of
    )
}


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
    offers = partial(_choices_of, one) if one.choices else None
    return Column(one.name, label, _reader(one, label), aliases, kind=kind, offers=offers)


def _choices_of(one: models.Field, context: Context) -> Sequence[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in one.flatchoices]


def _reader(one: models.Field, label: str) -> Reader:
    if one.choices:
        own = {choice_key(str(word)): value for value, text in one.choices for word in (value, text)}
        return partial(_choice, one.name, own, label)
    for types, reader in _READERS:
        if isinstance(one, types):
            return partial(reader, one)
    return partial(_country, one) if one.name.endswith("country") else partial(_line, one)


@cache
def _is_plain(one: models.Field) -> bool:
    """A line without rules of its own: what is ASCII and printable needs no further look."""
    return (
        type(one) is LineField
        and not one.choices
        and all(isinstance(rule, MaxLengthValidator | ProhibitNullCharactersValidator) for rule in one.validators)
    )


def _as_text(text: str, context: Context) -> str:
    """As the name of what it refers to is stored."""
    return text.strip() if text.isascii() else AS_STORED.to_python(text)


def _line(one: Any, text: str, context: Context) -> Any:
    if len(text) <= one.max_length and text.isascii() and text.isprintable() and _is_plain(one):
        return text.strip()
    if one.name.endswith("street") and "\n" in text.strip():
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
    if len(text) <= one.max_length and PLAIN_ADDRESS.fullmatch(text):
        return text
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
