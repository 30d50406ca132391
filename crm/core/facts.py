"""One field of a record as people read it: its name, its value in words, and where the value leads."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.core.fields import EmailAddressField, PhoneField, WebAddressField
from crm.core.formats import day, moment, money, phone
from crm.core.row_fields import RowsModelField, in_words


@dataclass(frozen=True, slots=True)
class Fact:
    """`edit_url` is empty where the value cannot be edited in place."""

    name: str
    label: str
    text: str
    url: str = ""
    edit_url: str = ""

    @property
    def id(self) -> str:
        return f"field-{self.name.replace('.', '-')}"


def facts_of(
    record: Any, names: Iterable[str], edit_view: str = "", links: Mapping[str, str] | None = None
) -> list[Fact]:
    """`edit_view` is the URL name of in-place edits, `links` maps a linked record's field to its page."""
    return [
        fact_of(record, name, "" if name in record.locked_fields else edit_view, (links or {}).get(name, ""))
        for name in names
        if name not in record.hidden_fields
    ]


def fact_of(record: Any, name: str, edit_view: str = "", link_view: str = "") -> Fact:
    field = record._meta.get_field(name)
    return Fact(
        name=name,
        label=str(capfirst(field.verbose_name)),
        text=text_of(record, field),
        url=_url_of(record, field, link_view),
        edit_url=reverse(edit_view, args=[record.pk, name]) if edit_view else "",
    )


def text_of(record: Any, field: Any) -> str:
    """Empty for no value."""
    value = getattr(record, field.name)
    if value in (None, ""):
        return ""
    if field.choices:
        return str(record._meta.model._get_FIELD_display(record, field))
    return next((write(value) for kind, write in WRITTEN if isinstance(field, kind)), str(value))


WRITTEN: tuple[tuple[type[models.Field], Callable[[Any], str]], ...] = (
    (models.DecimalField, money),
    (models.BooleanField, lambda value: _("Yes") if value else _("No")),
    (models.DateTimeField, moment),
    (models.DateField, day),
    (models.IntegerField, lambda value: f"{value:,}"),
    (RowsModelField, lambda rows: "\n".join(map(in_words, rows))),
    (PhoneField, phone),
    (WebAddressField, lambda value: str(value).partition("://")[2].rstrip("/")),
)


def _url_of(record: Any, field: Any, link_view: str) -> str:
    value = getattr(record, field.attname)
    if not value:
        return ""
    match field:
        case EmailAddressField():
            return f"mailto:{value}"
        case PhoneField():
            return f"tel:{value}"
        case WebAddressField():
            return str(value)
    return reverse(link_view, args=[value]) if link_view else ""
