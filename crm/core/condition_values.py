"""Values of conditions: each of the kind its field and operator take, or a fault that says which."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_date

from crm.core.actor import Actor
from crm.core.conditions import DAYS, MANY, MOST_VALUES, NONE, OPERATORS, PERIOD, RANGE, Condition, fault
from crm.core.periods import MOST_DAYS, PERIODS
from crm.core.searching import TRIGRAM, fold

LONGEST_TEXT, LARGEST_NUMBER = 200, Decimal(10) ** 16


def value_of(condition: Condition, actor: Actor) -> Any:
    """Raises BadRequest (`invalid_filter`)."""
    shape = OPERATORS[condition.op][1]
    value = condition.value
    if shape == NONE:
        return _nothing(condition)
    if shape == PERIOD:
        return _listed(condition, value, set(PERIODS))
    if shape == DAYS:
        return _days(condition)
    read = READERS[condition.field.kind]
    if shape == MANY:
        return [read(condition, one, actor) for one in _list(condition, MOST_VALUES)]
    if shape == RANGE:
        low, high = (read(condition, one, actor) for one in _list(condition, 2, exactly=True))
        return low, high
    return read(condition, value, actor)


def refuse(condition: Condition, message: str) -> Any:
    raise fault(f"filter.{condition.field.name}", "invalid_value", f"{condition.field.label}: {message}")


def _nothing(condition: Condition) -> None:
    if condition.value not in (None, ""):
        refuse(condition, "takes no value here.")


def _listed(condition: Condition, value: Any, known: set[str]) -> str:
    if not isinstance(value, str) or value not in known:
        refuse(condition, f"one of: {', '.join(sorted(known))}.")
    return str(value)


def _days(condition: Condition) -> int:
    text = "" if isinstance(condition.value, bool) else str(condition.value)
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:6]) <= MOST_DAYS:
        refuse(condition, f"a number of days from 1 to {MOST_DAYS}.")
    return int(text)


def _list(condition: Condition, most: int, exactly: bool = False) -> list[Any]:
    value = condition.value
    if not isinstance(value, list) or not value or len(value) > most or (exactly and len(value) != most):
        refuse(condition, f"a list of {most if exactly else f'up to {most}'} values.")
    return list(value)


def _text(condition: Condition, value: Any, actor: Actor) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT or "\x00" in value:
        refuse(condition, f"a text of up to {LONGEST_TEXT} signs.")
    if condition.op == "contains" and len(fold(value.strip())) < TRIGRAM:
        refuse(condition, f"{TRIGRAM} signs at least, so that the index can help.")
    return str(value).strip()


def _choice(condition: Condition, value: Any, actor: Actor) -> str:
    choices = condition.field.choices
    return _listed(condition, value, {str(one) for one, _label in choices(actor)} if choices else set())


def _number(condition: Condition, value: Any, actor: Actor) -> Decimal:
    try:
        number = Decimal(str(value)) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number) >= LARGEST_NUMBER:
        refuse(condition, "a number.")
    return number  # type: ignore[return-value]


def _date(condition: Condition, value: Any, actor: Actor) -> date:
    try:
        day = parse_date(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or not 1 < day.year < 9_999:
        refuse(condition, "a date such as 2026-03-31.")
    return day  # type: ignore[return-value]


def _flag(condition: Condition, value: Any, actor: Actor) -> bool:
    if value not in (True, False, "true", "false"):
        refuse(condition, "true or false.")
    return value in (True, "true")


def _id(condition: Condition, value: Any, actor: Actor) -> UUID:
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        refuse(condition, "an id.")
        raise


Reader = Callable[[Condition, Any, Actor], Any]
READERS: dict[str, Reader] = {
    "text": _text, "searched": _text, "choice": _choice, "number": _number, "date": _date, "moment": _date,
    "flag": _flag, "person": _id, "record": _id, "labels": _id,
}  # fmt: skip
