"""Model fields that hold a few rows of their record's own, such as further e-mail addresses, as a JSON list.

They are read, locked, versioned, audited, erased and undone with their record, and found by its search text; what has
to be unique or is looked up by itself has a table instead (docs/adr/0037).
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.core.fields import EmailAddressField, LineField, PhoneField
from crm.core.rows import RowColumn, RowsField

MOST = 20
_LABEL = LineField(max_length=40, blank=True)
_EMAIL = EmailAddressField(blank=True)
_PHONE = PhoneField(blank=True)
_LINE = LineField(max_length=255, blank=True)


# (column, value) → the word for it, of the columns whose values come from a list.
WORDS: dict[tuple[str, str], Any] = {}


def cleaner(field: models.Field) -> Callable[[Any], str]:
    """The rules of a model field for the cells of a column."""

    def clean(value: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Text is expected here.", code="invalid")
        return str(field.clean(value, None))

    return clean


class RowsModelField(models.JSONField):
    """[{column: text}]; a row with nothing but notes (its label) in it is none. ONCE names what may not repeat."""

    COLUMNS: ClassVar[tuple[tuple[RowColumn, Callable[[Any], str]], ...]]
    ONCE: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        WORDS.update(((one.name, value), label) for one, _clean in cls.COLUMNS for value, label in one.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column, _clean in self.COLUMNS)

    def to_python(self, value: Any) -> list[dict[str, str]]:
        """Raises ValidationError: `invalid`, `unknown_field`, `repeated`, `too_many_rows`, and those of the columns."""
        if value in (None, ""):
            return []
        if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
            raise ValidationError("A list of objects is expected here.", code="invalid")
        rows = [self.row(row) for row in value]
        rows = [row for row in rows if any(row[one.name] for one, _clean in self.COLUMNS if not one.is_note)]
        if len(rows) > MOST:
            raise ValidationError(f"At most {MOST} of them.", code="too_many_rows")
        values = [self.sameness(row) for row in rows]
        if all(values) and len(set(values)) != len(values):
            raise ValidationError("The same stands there twice.", code="repeated")
        return rows

    def sameness(self, row: Mapping[str, str]) -> str:
        """The form in which two rows are the same; empty where they may repeat."""
        return row[self.ONCE].casefold() if self.ONCE else ""

    def row(self, row: Mapping[str, Any]) -> dict[str, str]:
        """Cleaned. Raises ValidationError."""
        if unknown := sorted(set(row) - set(self.names)):
            raise ValidationError(f"There is no {', '.join(unknown)} in it.", code="unknown_field")
        return {column.name: clean(row.get(column.name) or "") for column, clean in self.COLUMNS}

    def formfield(self, **kwargs: Any) -> Any:
        """Rows of inputs instead of JSON in a box."""
        columns = [column for column, _clean in self.COLUMNS]
        return RowsField(columns, label=capfirst(self.verbose_name), help_text=self.help_text)


LABEL = (RowColumn("label", _("Label"), is_note=True), cleaner(_LABEL))


class FurtherEmails(RowsModelField):
    COLUMNS = ((RowColumn("email", _("E-mail"), type="email"), cleaner(_EMAIL)), LABEL)
    ONCE = "email"


class FurtherPhones(RowsModelField):
    COLUMNS = ((RowColumn("phone", _("Phone"), type="tel"), cleaner(_PHONE)), LABEL)
    ONCE = "phone"


class FurtherAddresses(RowsModelField):
    COLUMNS = (
        LABEL,
        (RowColumn("street", _("Street")), cleaner(_LINE)),
        (RowColumn("postal_code", _("Postal code")), cleaner(_LABEL)),
        (RowColumn("city", _("City")), cleaner(_LINE)),
        (RowColumn("state", _("State")), cleaner(_LINE)),
        (RowColumn("country", _("Country")), cleaner(_LABEL)),
    )


def texts_of(value: Any) -> list[str]:
    """Every text in a value: of rows, each of their cells but for what comes from a list; in one order, whichever way
    the database keeps them."""
    if not isinstance(value, list):
        return [str(value)]
    cells = (cell for row in value for cell in (sorted(row.items()) if isinstance(row, dict) else [("", row)]))
    return [str(text) for name, text in cells if text and (name, text) not in WORDS]


def in_words(row: Any) -> str:
    """`anna@home.example, home` for a row."""
    if not isinstance(row, dict):
        return str(row)
    cells = sorted(row.items(), key=lambda cell: cell not in WORDS)
    return ", ".join(str(WORDS.get((name, text), text)) for name, text in cells if text)
