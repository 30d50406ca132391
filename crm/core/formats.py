"""How figures and moments are written for people: money, percentages, distances in time."""

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import phonenumbers
from babel.core import Locale
from babel.numbers import format_compact_decimal, format_currency, format_percent, get_currency_symbol
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

NO_BREAK = "\u00a0"
DASH = "–"
MINUTE, HOUR, DAY = 60, 3600, 86400


def money(amount: Any, currency: str = "") -> str:
    """`€ 12,000`, or `€ 12,000.50` where there are cents; a dash for no amount."""
    number = _decimal(amount)
    if number is None:
        return DASH
    locale = _locale()
    pattern = _money_pattern(locale, "" if number == number.to_integral_value() else ".00")
    code = currency or settings.DEFAULT_CURRENCY
    return format_currency(number, code, pattern, locale=locale, currency_digits=False).replace("-", "−")


def compact_money(amount: Any, currency: str = "") -> str:
    """`€ 127K`, for charts, board columns and tiles."""
    number = _decimal(amount)
    if number is None:
        return DASH
    locale = _locale()
    figure = format_compact_decimal(abs(number), locale=locale, fraction_digits=1)
    symbol = get_currency_symbol(currency or settings.DEFAULT_CURRENCY, locale=locale)
    return f"{'−' if number < 0 else ''}{symbol}{NO_BREAK}{figure}"


def percent(points: Any, style: str = "") -> str:
    """`12.5%` from 12.5 points; the style "signed" writes `+12.5%` and `−3%`."""
    number = _decimal(points)
    if number is None:
        return DASH
    sign = "−" if number < 0 else "+" if style == "signed" and number > 0 else ""
    return sign + format_percent(abs(number) / 100, "#,##0.#%", locale=_locale())


def phone(number: Any) -> str:
    """`+49 30 12345678` from E.164, `;ext=12` as an extension; what is not a number stays as it is."""
    try:
        parsed = phonenumbers.parse(str(number or ""))
    except phonenumbers.NumberParseException:
        return str(number or "")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def in_one_line(*parts: Any) -> str:
    """`Call · Acme · 28 Nov 2026`; what is empty is left out."""
    return " · ".join(str(part) for part in parts if part)


def day(value: date | datetime | None) -> str:
    """`28 Nov 2026`, of a moment the day it is on where the reader is; empty for none."""
    return date_format(_local(value), "DATE_FORMAT") if value else ""


def moment(value: datetime | None, style: str = "") -> str:
    """`28 Nov 2026, 14:05` in the reader's time zone; the style "zone" adds its name. Empty for none."""
    if not value:
        return ""
    local = timezone.localtime(value)
    return date_format(local, "DATETIME_FORMAT") + (f" {local:%Z}" if style == "zone" else "")


def clock(value: datetime | None, style: str = "") -> str:
    """`14:05` in the reader's time zone, where the day is clear; the style "seconds" writes `14:05:09`."""
    if not value:
        return ""
    local = timezone.localtime(value)
    return date_format(local, "H:i:s" if style == "seconds" else "TIME_FORMAT")


def short_day(value: date | datetime) -> str:
    """`28 Nov`, where the year is beside it or clear: axes of charts and cards."""
    return date_format(_local(value), "MONTH_DAY_FORMAT")


def month_name(value: date) -> str:
    """`Nov`, for axes."""
    return date_format(value, "M")


def distance(value: date | datetime, now: datetime | None = None) -> str:
    """`5 minutes ago`, `yesterday`, `in 3 weeks`; a plain date is a whole day in the current time zone."""
    at = timezone.localtime(now or timezone.now())
    if not isinstance(value, datetime):
        return _days((value - at.date()).days)
    local = timezone.localtime(value)
    return _away(local - at, (local.date() - at.date()).days)


def _away(delta: timedelta, days: int) -> str:
    seconds = int(delta.total_seconds())
    size = abs(seconds)
    if size < MINUTE:
        return _("just now")
    if size < HOUR:
        return _phrase(seconds, ngettext("%d minute", "%d minutes", size // MINUTE) % (size // MINUTE))
    if size < DAY:
        return _phrase(seconds, ngettext("%d hour", "%d hours", size // HOUR) % (size // HOUR))
    return _days(days)


def _days(days: int) -> str:
    named = {0: _("today"), -1: _("yesterday"), 1: _("tomorrow")}
    if days in named:
        return named[days]
    size = abs(days)
    if size < 14:
        return _phrase(days, ngettext("%d day", "%d days", size) % size)
    if size < 60:
        return _phrase(days, ngettext("%d week", "%d weeks", size // 7) % (size // 7))
    if size < 365:
        return _phrase(days, ngettext("%d month", "%d months", size // 30) % (size // 30))
    return _phrase(days, ngettext("%d year", "%d years", size // 365) % (size // 365))


def _phrase(direction: int, span: str) -> str:
    return _("in %s") % span if direction > 0 else _("%s ago") % span


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) else value


def _decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _locale() -> Locale:
    return _locale_of(get_language() or "en")


@lru_cache
def _locale_of(language: str) -> Locale:
    return Locale.parse(to_locale(language))


@lru_cache
def _money_pattern(locale: Locale, fraction: str) -> str:
    # English sets the symbol tight against the figure; a gap reads better in columns.
    if locale.language == "en":
        return f"¤{NO_BREAK}#,##0{fraction};-¤{NO_BREAK}#,##0{fraction}"
    return str(locale.currency_formats["standard"].pattern).replace(".00", fraction)
