"""What an import does with identifiers: a column for each kind, or all of them in one, found and checked for all rows
of a batch at once."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from crm.transfer.columns import Column, Context, Reader
from crm.transfer.drafts import Draft
from customers.errors import IdentifierTaken
from customers.identifier_cells import rows_in
from customers.identifiers import holders_of, names_of, taken, together
from customers.models import Customer, IdentifierKey
from customers.models.choices import IdentifierKind
from customers.models.identifier import Identifiers, Row, key_of, name_of, plain

ALL = "identifiers"
FIELD: Identifiers = Customer._meta.get_field(ALL)  # type: ignore[assignment]
BETWEEN = re.compile(r"[;\n]")
# Names that a kind goes by in files; one that needs a label of its own comes in the column for all.
ALIASES: dict[IdentifierKind, tuple[str, ...]] = {
    IdentifierKind.REGISTER: ("register number", "company register number", "registration number", "handelsregister"),
    IdentifierKind.LEI: ("lei", "lei code", "legal entity identifier"),
    IdentifierKind.DUNS: ("d-u-n-s", "duns", "d-u-n-s number", "duns number"),
    IdentifierKind.GLN: ("gln", "global location number"),
    IdentifierKind.CUSTOMER_NUMBER: ("customer number", "customer no", "kundennummer"),
    IdentifierKind.SUPPLIER_NUMBER: ("supplier number", "vendor number", "lieferantennummer"),
}


def _reader(kind: IdentifierKind) -> Reader:
    def read(text: str, context: Context) -> list[dict[str, str]]:
        return FIELD.to_python([{"kind": kind.value, "value": one} for one in BETWEEN.split(text) if one.strip()])

    return read


def _read_all(text: str, context: Context) -> list[dict[str, str]]:
    return FIELD.to_python(rows_in(text))


IDENTIFIER_COLUMNS = {
    ALL: Column(ALL, "Identifiers", _read_all, ("identifier",)),
    **{
        f"identifier_{kind.value}": Column(
            f"identifier_{kind.value}", f"Identifier - {kind.label}", _reader(kind), aliases
        )
        for kind, aliases in ALIASES.items()
    },
}


def collect(draft: Draft) -> None:
    """The identifiers of all columns of a row, each once."""
    found = [row for name in IDENTIFIER_COLUMNS if name in draft.values for row in draft.values.pop(name)]
    if found:
        try:
            draft.values[ALL] = FIELD.to_python(together([], found))
        except ValidationError as error:
            draft.refuse(ValidationError({ALL: error}))


def customers_with(names: Iterable[str], rows: Any) -> list[tuple[str, Customer]]:
    """(name, customer) of those among `rows` that have one of the identifiers."""
    values = [name.rpartition("/")[2] for name in names]
    found = rows.filter(pk__in=IdentifierKey.objects.filter(value__in=values).values("customer_id"))
    return [(name_of(row), customer) for customer in found for row in customer.identifiers]


def add_identifiers(drafts: Sequence[Draft], context: Context) -> None:
    """To those that a record has already; a row with one that is another's fails. Two queries for all."""
    given = [draft for draft in drafts if ALL in draft.values]
    for draft in given:
        if not draft.record._state.adding:
            _join(draft)
    given = [draft for draft in given if draft.is_open]
    rows = {key_of(context.team.pk, row): row for draft in given for row in draft.values[ALL]}
    held = holders_of(rows) if rows else {}
    names = names_of(context.actor, held.values()) if held else {}
    lines: dict[str, int] = {}
    for draft in given:
        for key in (key_of(context.team.pk, row) for row in draft.values[ALL]):
            if held.get(key, draft.record.pk) != draft.record.pk:
                message = taken(rows[key], names.get(held[key], ""))
            elif lines.setdefault(key, draft.raw.line) != draft.raw.line:
                message = taken(rows[key], f"Line {lines[key]}")
            else:
                continue
            draft.fail(message, IdentifierTaken.code, ALL)
            break


def _join(draft: Draft) -> None:
    """A legal entity has one LEI: the row of a namesake with another one is about another firm."""
    before, more = draft.record.identifiers, draft.values[ALL]
    known, said = _leis(before), _leis(more)
    if known and said - known:
        draft.fail(f"{draft.record} has another LEI: {', '.join(sorted(known))}.", "another_lei", ALL)
    draft.values[ALL] = together(before, more)


def _leis(rows: Iterable[Row]) -> set[str]:
    return {plain(row["value"]) for row in rows if row["kind"] == IdentifierKind.LEI}
