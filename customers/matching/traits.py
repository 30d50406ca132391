"""What of a record can show that another one is the same, in the form in which two values are compared."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.core.searching import fold
from customers.models import Contact, Customer, Lead
from customers.models.choices import IdentifierKind
from customers.models.identifier import Row, plain

COLUMNS: dict[type[Any], tuple[str, ...]] = {
    Customer: ("pk", "name", "email", "phone", "domain", "billing_city", "tax_id", "identifiers"),
    Contact: ("pk", "first_name", "last_name", "email", "phone", "mobile_phone", "customer_id", "birthdate"),
    Lead: ("pk", "first_name", "last_name", "company_name", "email", "phone"),
}
# Words of a company's name that tell it from no other.
LEGAL_FORMS = frozenset(
    (
        *("ag", "bv", "co", "company", "corp", "corporation", "gmbh", "group", "holding", "inc", "kg", "limited"),
        *("llc", "ltd", "mbh", "nv", "oy", "plc", "pty", "sa", "sarl", "se", "spa", "srl", "the", "und", "and"),
    )
)
# The last digits are the same with and without country code and trunk zero.
DIGITS = 8
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Traits:
    """`place` is what narrows a name down: a city, an employer, a company; `secret` and `lei` contradict where they
    differ. `numbers` are kinds and values of identifiers, whatever register or system each is of."""

    pk: UUID
    words: tuple[str, ...]
    email: str
    phones: frozenset[str]
    domain: str
    place: str
    secret: str
    lei: str = ""
    numbers: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return " ".join(self.words)


def traits_of(model: type[Any], row: tuple[Any, ...]) -> Traits:
    """`row` has the COLUMNS of the model."""
    values = dict(zip(COLUMNS[model], row, strict=True))
    text = values["name"] if model is Customer else f"{values['first_name']} {values['last_name']}"
    return Traits(
        values["pk"],
        words_of(text, is_company=model is Customer),
        address_of(values["email"]),
        frozenset(filter(None, (digits_of(values.get(name, "")) for name in ("phone", "mobile_phone")))),
        values.get("domain", "").casefold(),
        _place(model, values),
        str(values.get("tax_id") or values.get("birthdate") or ""),
        *_numbers(values.get("identifiers", ())),
    )


def _numbers(rows: Iterable[Row]) -> tuple[str, frozenset[str]]:
    numbers = {f"{row['kind']}/{plain(row['value'])}" for row in rows}
    return min((one for one in numbers if one.startswith(IdentifierKind.LEI)), default=""), frozenset(numbers)


def words_of(text: str, is_company: bool = False) -> tuple[str, ...]:
    """In order of the alphabet: `Arendt, Anna` and `Anna Arendt` are the same."""
    words = set(WORD.findall(fold(text)))
    return tuple(sorted((words - LEGAL_FORMS if is_company else words) or words))


def address_of(email: str) -> str:
    """Without what follows a plus in the name of the box."""
    box, at, host = fold(email).rpartition("@")
    return f"{box.partition('+')[0]}{at}{host}"


def digits_of(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    return digits[-DIGITS:] if len(digits) >= DIGITS else ""


def _place(model: type[Any], values: dict[str, Any]) -> str:
    if model is Customer:
        return fold(values["billing_city"])
    if model is Contact:
        return str(values["customer_id"] or "")
    return " ".join(words_of(values["company_name"], is_company=True))
