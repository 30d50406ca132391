"""Columns for the fields that an administrator added: read like the fields of the model that are of their type."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q

from crm.core.custom_fields.definitions import Definition, FieldType, definitions_of
from crm.core.custom_fields.values import clean_value
from crm.core.custom_fields.writing import referred_model
from crm.transfer.columns import Column, Context, people_of
from crm.transfer.reading_values import Noticed, choice_key, read_boolean, read_choice, read_date, read_number

SEPARATORS = str.maketrans(";|\n", ",,,")
MOST_REMEMBERED = 10_000


def custom_columns(model: type[Any]) -> dict[str, Column]:
    """By `custom_fields.<key>`; the key and the label are names a file may use."""
    return {one.name: _column(one) for one in definitions_of(model)}


def _column(definition: Definition) -> Column:
    def read(text: str, context: Context) -> Any:
        raw = _READ.get(definition.type, _as_it_is)(definition, text, context)
        return clean_value(definition, raw, raw)

    def choices(context: Context) -> list[tuple[str, str]]:
        return [(one.key, one.label) for one in definition.choices]

    kind = "date" if definition.type == FieldType.DATE else "text"
    is_list = definition.type == FieldType.MULTI_CHOICE
    offers = people_of if definition.type == FieldType.USER else choices if definition.choices else None
    return Column(
        definition.name,
        definition.label,
        read,
        (definition.key,),
        kind=kind,
        offers=offers,
        is_list=is_list,
        asks=definition.type == FieldType.RECORD,
    )


def _as_it_is(definition: Definition, text: str, context: Context) -> Any:
    return text.strip()


def _date(definition: Definition, text: str, context: Context) -> Any:
    return read_date(text, context.date_order, context.serial_dates)


def _choice(definition: Definition, text: str, context: Context) -> str:
    words = {choice_key(word): one.key for one in definition.choices for word in (one.key, one.label)}
    return read_choice(text, words, definition.label)


def _choices(definition: Definition, text: str, context: Context) -> list[str]:
    """What is unknown is told, and the rest of the cell kept."""
    found, unknown = [], []
    for part in filter(None, (part.strip() for part in text.translate(SEPARATORS).split(","))):
        try:
            found.append(_choice(definition, part, context))
        except Noticed:
            unknown.append(part[:60])
    if unknown:
        message = f"Not a known {definition.label.lower()}: {', '.join(unknown)}; left out."
        raise Noticed(message, "unknown_choice", clean_value(definition, found, found))
    return found


def _user(definition: Definition, text: str, context: Context) -> str:
    """A colleague of the team, by e-mail address, full name or id."""
    key = text.strip().casefold()
    found = context.owners.get(key)
    if found is None and key not in map(str, context.owners.values()):
        raise Noticed(f"Nobody in the team is called “{text[:60]}”; left empty.", "unknown_link")
    return str(found or key)


def _record(definition: Definition, text: str, context: Context) -> str:
    """An active record of the team, by id, by the id it has elsewhere, or by e-mail address; each asked for once."""
    model, text = referred_model(definition), text.strip()
    known = context.cache.setdefault(f"records of {definition.target}", {})
    if text not in known:
        if len(known) >= MOST_REMEMBERED:
            known.clear()
        known[text] = _found(model, text, context)
    if not known[text]:
        raise Noticed(f"There is no {model._meta.verbose_name} “{text[:60]}” in the team; left empty.", "unknown_link")
    return str(known[text])


def _found(model: Any, text: str, context: Context) -> str:
    rows = model.objects.for_actor(context.actor).active().filter(team=context.team)
    named = Q(external_id=text)
    if any(one.name == "email" for one in model._meta.concrete_fields) and "@" in text:
        named |= Q(email__iexact=text)
    with suppress(ValidationError):
        named |= Q(pk=model._meta.pk.to_python(text))
    found = list(rows.filter(named).values_list("pk", flat=True)[:2])
    return str(found[0]) if len(found) == 1 else ""


_READ: dict[str, Callable[[Definition, str, Context], Any]] = {
    FieldType.NUMBER: lambda _one, text, _context: read_number(text),
    FieldType.MONEY: lambda _one, text, _context: read_number(text),
    FieldType.DATE: _date,
    FieldType.CHOICE: _choice,
    FieldType.MULTI_CHOICE: _choices,
    FieldType.BOOLEAN: lambda _one, text, _context: read_boolean(text),
    FieldType.USER: _user,
    FieldType.RECORD: _record,
}
