"""Values of custom fields: one function per type says what is accepted and how it is stored."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date

from crm.core.custom_fields.definitions import Definition, FieldType
from crm.core.fields import LineField, WebAddressField

# As many as a JSON number keeps exactly, in every database and programming language.
MOST_DIGITS = 15
MOST_DECIMALS = 6
CENTS = 2
_LINE = LineField(max_length=255, blank=True)
_LINK = WebAddressField(blank=True)


def clean_value(definition: Definition, raw: Any, current: Any = None) -> Any:
    """The value as JSON, None where it is empty. `current` may stay though it could no longer be chosen.

    Raises ValidationError: `invalid`, `max_length`, `invalid_number`, `too_many_digits`, `too_many_decimals`,
    `invalid_date`, `unknown_choice`, `unknown_reference` (a malformed id; who refers checks the record).
    """
    if raw is None or raw == "" or raw == [] or raw == ():
        return None
    return _CLEAN[definition.type](definition, raw, current)


def _text(definition: Definition, raw: Any, current: Any) -> Any:
    return _LINE.clean(_string(raw), None) or None


def _link(definition: Definition, raw: Any, current: Any) -> Any:
    return _LINK.clean(_string(raw), None) or None


def _string(raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValidationError("Text is expected here.", code="invalid")
    return raw


def _number(definition: Definition, raw: Any, current: Any, decimals: int = MOST_DECIMALS) -> int | float:
    number = _decimal(raw)
    _sign, digits, exponent = number.normalize().as_tuple()
    if not isinstance(exponent, int) or abs(number) >= 10**MOST_DIGITS or len(digits) > MOST_DIGITS:
        raise ValidationError(f"At most {MOST_DIGITS} digits.", code="too_many_digits")
    if -exponent > decimals:
        raise ValidationError(f"At most {decimals} decimals.", code="too_many_decimals")
    return int(number) if exponent >= 0 else float(number)


def _decimal(raw: Any) -> Decimal:
    fault = ValidationError("This is not a number.", code="invalid_number")
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        raise fault
    try:
        number = Decimal(str(raw)[:100])
    except InvalidOperation:
        raise fault from None
    if not number.is_finite():
        raise fault
    return number


def _money(definition: Definition, raw: Any, current: Any) -> int | float:
    return _number(definition, raw, current, CENTS)


def _date(definition: Definition, raw: Any, current: Any) -> str:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw.isoformat()
    try:
        day = parse_date(raw) if isinstance(raw, str) else None
    except ValueError:
        day = None
    if day is None:
        raise ValidationError("Write a day like 2026-12-31.", code="invalid_date")
    return day.isoformat()


def _choice(definition: Definition, raw: Any, current: Any) -> str:
    found = definition.choice(raw)
    if found is None or (found.is_retired and raw != current):
        known = ", ".join(one.key for one in definition.choices if not one.is_retired)
        raise ValidationError(f"Choose one of: {known}.", code="unknown_choice")
    return found.key


def _choices(definition: Definition, raw: Any, current: Any) -> list[str]:
    """In the order of the definition, each once."""
    if not isinstance(raw, list | tuple | set):
        raise ValidationError("A list is expected here.", code="invalid")
    kept = set(current or ()) if isinstance(current, list) else set()
    wanted = {_choice(definition, one, one if one in kept else None) for one in map(_string, raw)}
    return [one.key for one in definition.choices if one.key in wanted]


def _boolean(definition: Definition, raw: Any, current: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValidationError("true or false.", code="invalid")
    return raw


def _reference(definition: Definition, raw: Any, current: Any) -> str:
    try:
        return str(UUID(str(getattr(raw, "pk", raw))))
    except ValueError:
        raise ValidationError("There is no such record.", code="unknown_reference") from None


_CLEAN: dict[str, Callable[[Definition, Any, Any], Any]] = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _money,
    FieldType.DATE: _date,
    FieldType.CHOICE: _choice,
    FieldType.MULTI_CHOICE: _choices,
    FieldType.BOOLEAN: _boolean,
    FieldType.LINK: _link,
    FieldType.USER: _reference,
    FieldType.RECORD: _reference,
}
