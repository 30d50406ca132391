"""What others (systems, registers, laws) call a customer, and the keys that let only one have each (ADR 62)."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from stdnum import ean, lei

from crm.core.fields import LineField
from crm.core.row_fields import RowsModelField, cleaner
from crm.core.rows import RowColumn
from customers.models.choices import IdentifierKind

COUNTRY = RegexValidator("^[A-Z]{2}$", "Use the two-letter ISO code of the country, such as DE.", "invalid_country")
# What people write between the signs of a number. The triggers leave out the same (customers/identifier_triggers.py).
BETWEEN = " -./_:,;#()\u00a0\u2013"
PLAIN = str.maketrans({**dict.fromkeys(BETWEEN), **{chr(one): chr(one - 32) for one in range(ord("a"), ord("z") + 1)}})
# One in the whole world; the others are one in their country, and in the system or court that the label names.
WORLDWIDE = (IdentifierKind.LEI, IdentifierKind.DUNS, IdentifierKind.GLN)

CHECKS: dict[str, tuple[Callable[[str], bool], Any]] = {
    IdentifierKind.LEI: (lei.is_valid, _("This is no LEI: 20 letters and digits, of which the last two are a check.")),
    IdentifierKind.DUNS: (
        lambda plain: len(plain) == 9 and plain.isascii() and plain.isdigit(),
        _("A D-U-N-S number has nine digits."),
    ),
    IdentifierKind.GLN: (
        lambda plain: len(plain) == 13 and bool(ean.is_valid(plain)),
        _("This is no GLN: 13 digits, of which the last is a check."),
    ),
}

Row = Mapping[str, str]


def plain(text: str) -> str:
    """`hrb 12-345` → `HRB12345`: the form in which two values are the same."""
    return text.translate(PLAIN)


def name_of(row: Row) -> str:
    """Kind, where it counts, and value, as the keys of a team have it."""
    scope = "" if row["kind"] in WORLDWIDE else f"{row['country']}/{plain(row['label'])}"
    return f"{row['kind']}/{scope}/{plain(row['value'])}"


def key_of(team_id: UUID, row: Row) -> str:
    return f"{team_id.hex}/{name_of(row)}"


class Identifiers(RowsModelField):
    """[{kind, value, country, label}], each kept as it was typed."""

    COLUMNS = (
        (
            RowColumn("kind", _("Kind"), choices=IdentifierKind.choices),
            cleaner(models.CharField(max_length=20, choices=IdentifierKind)),
        ),
        (RowColumn("value", _("Number")), cleaner(LineField(max_length=100))),
        (
            RowColumn("country", _("Country"), is_note=True),
            cleaner(models.CharField(max_length=2, blank=True, validators=[COUNTRY])),
        ),
        (
            RowColumn("label", _("Register or name"), is_note=True),
            cleaner(LineField(max_length=60, blank=True)),
        ),
    )

    def row(self, row: Mapping[str, Any]) -> dict[str, str]:
        """Raises ValidationError: `invalid_identifier`, `required` and those of the columns."""
        cleaned = super().row(row)
        is_possible, message = CHECKS.get(cleaned["kind"], (bool, _("A number needs letters or digits.")))
        if not is_possible(plain(cleaned["value"])):
            raise ValidationError(message, code="invalid_identifier")
        if cleaned["kind"] == IdentifierKind.OTHER and not cleaned["label"]:
            raise ValidationError(_("Say what it is: an identifier of another kind needs a name."), code="required")
        return cleaned

    def sameness(self, row: Row) -> str:
        return name_of(row)


class IdentifierKey(models.Model):
    """Of each identifier of an active customer one row, written by triggers of the customers' table and nobody else."""

    id = models.CharField(primary_key=True, max_length=255)
    value = models.CharField(max_length=100, db_index=True)
    customer_id = models.UUIDField(db_index=True)

    def __str__(self) -> str:
        return self.id
