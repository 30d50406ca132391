"""From the text of a cell to a value, without guessing: dates, moments, numbers, yes and no, countries, choices."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from babel.core import Locale
from django.core.exceptions import ValidationError
from django.utils import timezone

EXCEL_EPOCH = date(1899, 12, 30)
SERIAL = re.compile(r"\d{5}(\.\d+)?")
SERIAL_RANGE = (20_000, 80_000)
CLOCK = re.compile(r"[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp])?\.?(?:[Mm]\.?)?$")
YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
DAY_MONTH_NAME = re.compile(r"(\d{1,2})[. -]*([A-Za-z]{3,9})[., -]*(\d{4})")
MONTH_NAME_DAY = re.compile(r"([A-Za-z]{3,9})[. ]*(\d{1,2}),? +(\d{4})")
MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
NO_YEAR = re.compile(r"--(\d\d)-?(\d\d)")
NO_DATE = {"0/0/00", "00/00/0000", "0000-00-00"}

TRUE = {"true", "yes", "y", "1", "x", "on", "ja", "wahr", "oui", "si", "sí"}
FALSE = {"false", "no", "n", "0", "off", "nein", "falsch", "non"}

NOT_IN_NUMBER = re.compile(r"[\s\u00a0\u202f'’]|[^\d.,+\-()]")
GROUPED = re.compile(r"\d{1,3}([.,]\d{3})+")

COUNTRY_ALIASES = {
    "usa": "US",
    "u.s.a.": "US",
    "u.s.": "US",
    "united states of america": "US",
    "america": "US",
    "uk": "GB",
    "u.k.": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "holland": "NL",
    "the netherlands": "NL",
    "czech republic": "CZ",
    "russia": "RU",
    "russian federation": "RU",
    "south korea": "KR",
    "korea": "KR",
    "turkey": "TR",
    "uae": "AE",
    "viet nam": "VN",
    "hong kong": "HK",
    "macau": "MO",
    "ivory coast": "CI",
    "republic of ireland": "IE",
}
COUNTRY_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl")


class Noticed(Exception):
    """A warning: the row goes on with `value` (None: as if the cell were empty)."""

    def __init__(self, message: str, code: str, value: Any = None) -> None:
        super().__init__(message)
        self.message, self.code, self.value = message, code, value


def read_date(text: str, order: str = "", serial: bool = False) -> date | None:
    """`order` ("dmy", "mdy" or "" for unknown) reads 03/04/2024; unambiguous forms need none.

    Raises ValidationError: invalid_date, ambiguous_date.
    """
    text = text.strip()
    if text in NO_DATE:
        return None
    if NO_YEAR.fullmatch(text):
        raise Noticed(f"“{text}” is a day without a year; left empty.", "no_year")
    if serial and SERIAL.fullmatch(text) and SERIAL_RANGE[0] <= float(text) <= SERIAL_RANGE[1]:
        return EXCEL_EPOCH + timedelta(days=int(float(text)))
    day = CLOCK.sub("", text) if ":" in text else text
    try:
        return _iso_day(day) or _named_month(day) or _year_last(day, order) or _refuse_date(text)
    except (ValueError, OverflowError):
        return _refuse_date(text)


def read_moment(text: str, order: str = "", serial: bool = False) -> datetime | None:
    """In the current time zone unless the text names another. Raises ValidationError like read_date."""
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        day = read_date(text, order, serial)
        if day is None:
            return None
        moment = datetime.combine(day, _clock(text, serial))
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _iso_day(text: str) -> date | None:
    if match := YEAR_FIRST.fullmatch(text):
        return date(int(match[1]), int(match[3]), int(match[4]))
    return datetime.fromisoformat(text).date() if "T" in text and text[:4].isdigit() else None


def _named_month(text: str) -> date | None:
    if match := DAY_MONTH_NAME.fullmatch(text):
        day, month, year = match.groups()
    elif match := MONTH_NAME_DAY.fullmatch(text):
        month, day, year = match.groups()
    else:
        return None
    number = MONTHS.get(month[:3].lower())
    return date(int(year), number, int(day)) if number else None


def _year_last(text: str, order: str) -> date | None:
    match = YEAR_LAST.fullmatch(text)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    order = "dmy" if match[2] == "." else order or order_shown_by(text)
    if not order and first != second:
        message = f"“{text}” could be day/month or month/day. Choose the order of dates."
        raise ValidationError(message, code="ambiguous_date")
    return date(year, first, second) if order == "mdy" else date(year, second, first)


def order_shown_by(text: str) -> str:
    """ "dmy" for 16/1/2002, "mdy" for 1/16/2002, "" where it could be both or is no such date."""
    match = YEAR_LAST.match(text.strip())
    if match is None or match[2] == ".":
        return ""
    first, second = int(match[1]), int(match[3])
    return "dmy" if 12 < first <= 31 and second <= 12 else "mdy" if 12 < second <= 31 and first <= 12 else ""


def is_ambiguous_date(text: str) -> bool:
    match = YEAR_LAST.match(text.strip())
    return bool(match and match[2] != "." and match[1] != match[3] and not order_shown_by(text))


def _refuse_date(text: str) -> date:
    raise ValidationError(f"“{text[:40]}” is not a date.", code="invalid_date")


def _clock(text: str, serial: bool) -> time:
    if serial and SERIAL.fullmatch(text):
        return (datetime.min + timedelta(days=float(text) % 1)).time().replace(microsecond=0)
    match = CLOCK.search(text)
    if match is None:
        return time()
    hour, half = int(match[1]), (match[4] or "").lower()
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    if hour > 23 or int(match[2]) > 59:
        _refuse_date(text)
    return time(hour, int(match[2]), min(int(match[3] or 0), 59))


def read_number(text: str) -> Decimal:
    """`€ 1.234,50`, `1,234.50`, `1 234,50`, `(200)`. Raises ValidationError: invalid_number, ambiguous_number."""
    bare = NOT_IN_NUMBER.sub("", text)
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    sign, digits = ("-", bare[1:]) if bare.startswith("-") else ("", bare.removeprefix("+"))
    try:
        number = Decimal(sign + _plain_digits(digits, text))
    except InvalidOperation:
        raise ValidationError(f"“{text[:40]}” is not a number.", code="invalid_number") from None
    return number


def _plain_digits(digits: str, text: str) -> str:
    comma, point = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and point >= 0:
        grouping, decimal = (",", ".") if point > comma else (".", ",")
        return digits.replace(grouping, "").replace(decimal, ".")
    if GROUPED.fullmatch(digits) and (comma >= 0 or digits.count(".") > 1):
        return digits.replace(",", "").replace(".", "")
    if GROUPED.fullmatch(digits) and not digits.startswith("0"):
        message = f"“{text[:40]}” could mean thousands or three decimals. Write it without a separator."
        raise ValidationError(message, code="ambiguous_number")
    return digits.replace(",", ".")


def read_boolean(text: str) -> bool:
    word = text.strip().lower()
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise Noticed(f"“{text[:40]}” is neither yes nor no; left as it was.", "unknown_boolean")


def read_country(text: str) -> str:
    """The ISO code of a country named in one of several languages."""
    name = text.strip()
    if len(name) == 2 and name.isalpha() and name.upper() in country_codes():
        return name.upper()
    code = country_names().get(name.casefold())
    if code is None:
        raise Noticed(f"The country “{name[:60]}” is not known; left empty.", "unknown_country")
    return code


@cache
def country_codes() -> frozenset[str]:
    codes = map(str, Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - {"ZZ"}


@cache
def country_names() -> Mapping[str, str]:
    names = {
        name.casefold(): code
        for language in COUNTRY_LANGUAGES
        for code, name in Locale(language).territories.items()
        if code in country_codes()
    }
    return names | COUNTRY_ALIASES


def choice_key(text: str) -> str:
    """`Closed - Won`, `closed_won` and `CLOSED WON` are one choice."""
    return re.sub(r"[\W_]+", "_", text.casefold()).strip("_")


# Field → folded word of a file → the text it stands for, "" for an empty cell, None for a refusal.
Words = Mapping[str, Mapping[str, str | None]]


def word_key(text: str) -> str:
    """As `choice_key`; what has no letters or digits is itself."""
    return choice_key(text) or text.strip()


def read_choice(text: str, known: Mapping[str, str], label: str) -> str:
    """`known` maps choice keys (of values, labels and a source's own words) to stored values."""
    value = known.get(choice_key(text))
    if value is None:
        raise Noticed(f"“{text[:60]}” is not a known {label.lower()}; left as it was.", "unknown_choice")
    return value
