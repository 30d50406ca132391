"""Columns of a list: each knows its heading, its cell, and what it needs from the database.

A list page declares its own; who has more to show of a model (custom fields) registers a source of further ones.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import models
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.formats import day, phone
from crm.core.sensitive import never_readable
from crm.core.templatetags.vouch import ago

Cell = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """`cell` answers text, which is escaped, or safe HTML. The title comes first and cannot be taken away.

    `field` is the model's field that is shown, so that who may not read it is not offered the column.
    """

    name: str
    label: Any
    cell: Cell
    ordering: str = ""
    css: str = ""
    joins: tuple[str, ...] = ()
    prefetches: tuple[str, ...] = ()
    field: str = ""
    is_title: bool = False
    is_default: bool = False

    def td(self, row: Any) -> SafeString:
        if self.is_title:
            return format_html('<td class="cell-title">{}</td>', self.cell(row))
        css = format_html(' class="{}"', self.css) if self.css else ""
        return format_html('<td data-label="{}"{}>{}</td>', self.label, css, _shown(self.cell(row)))

    def by_default(self) -> "Column":
        return replace(self, is_default=True)


# Further columns of a model, as far as the actor may know of them.
Source = Callable[[Actor], Iterable[Column]]
_sources: dict[type[Any], list[Source]] = {}


def register_columns(model: type[Any], source: Source) -> None:
    """Called by crm.wiring only."""
    _sources.setdefault(model, []).append(source)


def offered(actor: Actor, model: type[Any], own: Sequence[Column]) -> list[Column]:
    """What the actor can choose from, the title first."""
    secret = never_readable(actor, model)
    more = (column for source in _sources.get(model, ()) for column in source(actor))
    return [column for column in (*own, *more) if column.field not in secret]


def chosen(choice: Sequence[Column], names: Iterable[str]) -> list[Column]:
    """The title, then the named ones in that order; a name that is gone is left out, none at all mean the default."""
    by_name = {column.name: column for column in choice}
    wanted = [by_name[name] for name in dict.fromkeys(names) if name in by_name]
    shown = [column for column in wanted if not column.is_title] or [one for one in choice if one.is_default]
    return [*(column for column in choice if column.is_title), *shown]


def title(cell: Cell, label: Any, ordering: str = "") -> Column:
    return Column("name", label, cell, ordering=ordering, is_title=True)


def columns_of(model: type[models.Model], *names: str, sortable: Iterable[str] = ()) -> list[Column]:
    """Plain columns for fields of a model, by their type."""
    by_order = {name.removeprefix("-") for name in sortable}
    return [_column(model._meta.get_field(name), name if name in by_order else "") for name in names]


def _column(field: Any, ordering: str) -> Column:
    label, name = capfirst(field.verbose_name), field.name
    joins = (name,) if field.is_relation else ()
    is_number = isinstance(field, models.DecimalField | models.IntegerField) and not field.choices
    css = "num" if is_number else "nowrap" if name.endswith("phone") else ""
    return Column(name, label, _cell(field), ordering=ordering, css=css, joins=joins, field=name)


def _cell(field: Any) -> Cell:
    name = field.name
    if field.choices:
        return lambda row: getattr(row, f"get_{name}_display")()
    if isinstance(field, models.DateTimeField):
        return lambda row: ago(getattr(row, name))
    for kind, show in SHOWN.items():
        if isinstance(field, kind):
            return lambda row: show(getattr(row, name))
    if name.endswith("phone"):
        return lambda row: phone_link(getattr(row, name))
    return lambda row: getattr(row, name)


def phone_link(number: str) -> str:
    return format_html('<a href="tel:{}">{}</a>', number, phone(number)) if number else ""


SHOWN: dict[type[Any], Callable[[Any], Any]] = {
    models.DateField: day,
    models.BooleanField: lambda value: _("Yes") if value else _("No"),
    models.DecimalField: lambda value: "" if value is None else number_format(value, force_grouping=True),
    models.IntegerField: lambda value: "" if value is None else number_format(value, force_grouping=True),
    models.EmailField: lambda value: format_html('<a href="mailto:{}">{}</a>', value, value) if value else "",
}


def _shown(value: Any) -> Any:
    return "" if value is None else value
