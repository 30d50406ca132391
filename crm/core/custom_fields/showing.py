"""Custom fields as people read them: a value in words, the facts of a record, columns of a list."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.core.custom_fields.definitions import (
    Choice,
    Definition,
    FieldType,
    definition_named,
    definitions_of,
    value_at,
)
from crm.core.custom_fields.writing import referred_model
from crm.core.facts import Fact
from crm.core.formats import day, money

Names = dict[tuple[str, str], str]
REFERENCES = (FieldType.USER, FieldType.RECORD)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in a list: `choices` where it is drawn as labels, `url` where it leads somewhere."""

    label: str
    text: str
    url: str = ""
    choices: tuple[Choice, ...] = ()
    is_figure: bool = False


def in_words(definition: Definition, value: Any, names: Names) -> str:
    """Empty for no value; `names` holds those of referred records, by (field, id)."""
    if value is None or value == []:
        return ""
    if definition.type in REFERENCES:
        return names.get((definition.key, str(value)), _("somebody or something you cannot see"))
    return _WRITTEN.get(definition.type, lambda _one, text: str(text))(definition, value)


def _day(definition: Definition, value: Any) -> str:
    on = parse_date(str(value))
    return day(on) if on else str(value)


_WRITTEN: dict[str, Callable[[Definition, Any], str]] = {
    FieldType.NUMBER: lambda _one, value: str(number_format(Decimal(str(value)), use_l10n=True, force_grouping=True)),
    FieldType.MONEY: lambda one, value: money(value, one.currency),
    FieldType.DATE: _day,
    FieldType.CHOICE: lambda one, value: ", ".join(choice.label for choice in _chosen(one, value)),
    FieldType.MULTI_CHOICE: lambda one, value: ", ".join(choice.label for choice in _chosen(one, value)),
    FieldType.BOOLEAN: lambda _one, value: _("Yes") if value else _("No"),
    FieldType.LINK: lambda _one, value: str(value).partition("://")[2].rstrip("/"),
}


def _chosen(definition: Definition, value: Any) -> tuple[Choice, ...]:
    keys = value if isinstance(value, list) else [value]
    return tuple(definition.choice(key) or Choice(str(key), str(key)) for key in keys)


def names_of(actor: Actor, values: Iterable[tuple[Definition, Any]]) -> Names:
    """Of all referred records the actor may see: one query for each kind of record."""
    wanted: dict[type[Any], set[tuple[str, str]]] = defaultdict(set)
    for definition, value in values:
        if definition.type in REFERENCES and value:
            wanted[referred_model(definition)].add((definition.key, str(value)))
    found: Names = {}
    for model, pairs in wanted.items():
        rows = model.objects.for_actor(actor).filter(pk__in={pk for _key, pk in pairs})
        labels = {str(row.pk): str(row) for row in rows}
        found |= {(key, pk): labels[pk] for key, pk in pairs if pk in labels}
    return found


def custom_facts(actor: Actor, record: Any, edit_view: str = "") -> list[Fact]:
    """In the order of the definitions, without what is hidden from the actor (`masked` says what)."""
    shown = [one for one in definitions_of(type(record)) if one.name not in record.hidden_fields]
    names = names_of(actor, ((one, record.custom_fields.get(one.key)) for one in shown))
    return [_fact(one, record, names, "" if one.name in record.locked_fields else edit_view) for one in shown]


def custom_fact(actor: Actor, record: Any, name: str, edit_view: str) -> Fact:
    definition = definition_named(type(record), name)
    assert definition is not None
    return _fact(definition, record, names_of(actor, [(definition, value_at(record, name))]), edit_view)


def _fact(definition: Definition, record: Any, names: Names, edit_view: str) -> Fact:
    value = record.custom_fields.get(definition.key)
    return Fact(
        name=definition.name,
        label=definition.label,
        text=in_words(definition, value, names),
        url=_url_of(definition, value, names),
        edit_url=reverse(edit_view, args=[record.pk, definition.name]) if edit_view else "",
    )


def _url_of(definition: Definition, value: Any, names: Names) -> str:
    if definition.type == FieldType.LINK and value:
        return str(value)
    if definition.type == FieldType.RECORD and (definition.key, str(value)) in names:
        return reverse(f"{definition.target}s:detail", args=[value])
    return ""


def listed_definitions(model: type[Any]) -> list[Definition]:
    """The columns an administrator chose for the list."""
    return [one for one in definitions_of(model) if one.in_lists]


def give_cells(actor: Actor, model: type[Any], rows: list[Any]) -> list[Definition]:
    """Sets `custom_cells` on each row, one per column; answers the columns. A query per kind of referred record."""
    columns = listed_definitions(model)
    names = names_of(actor, ((one, row.custom_fields.get(one.key)) for row in rows for one in columns))
    for row in rows:
        row.custom_cells = list(_cells(columns, row, names))
    return columns


def _cells(columns: list[Definition], row: Any, names: Names) -> Iterator[Cell]:
    for one in columns:
        value = row.custom_fields.get(one.key)
        is_choice = one.type in (FieldType.CHOICE, FieldType.MULTI_CHOICE) and bool(value)
        yield Cell(
            one.label,
            in_words(one, value, names),
            _url_of(one, value, names),
            _chosen(one, value) if is_choice else (),
            one.type in (FieldType.NUMBER, FieldType.MONEY),
        )


def offered_filters(columns: list[Definition], params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The columns of few values, as selects; not those that some may not read."""
    few = ((one, _few(one)) for one in columns if not one.category)
    return [
        {"name": one.name, "label": one.label, "value": params.get(one.name, ""), "choices": choices}
        for one, choices in few
        if choices
    ]


def _few(definition: Definition) -> list[tuple[str, str]]:
    if definition.type == FieldType.BOOLEAN:
        return [("true", _("Yes")), ("false", _("No"))]
    return [(one.key, one.label) for one in definition.choices]
