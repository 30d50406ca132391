"""The currencies people pay with today, by ISO 4217 and CLDR."""

from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_name
from django.conf import settings
from django.core.validators import RegexValidator

CURRENCY = RegexValidator(
    "^[A-Z]{3}$", "Use the three-letter ISO code of the currency, such as EUR.", "invalid_currency"
)


@cache
def current_currencies() -> tuple[str, ...]:
    """Codes of what is legal tender somewhere now; the installation's own comes first."""
    entries = (entry for entries in get_global("territory_currencies").values() for entry in entries)
    codes = {code for code, _since, until, is_tender in entries if is_tender and until is None}
    return tuple(sorted(codes, key=lambda code: (code != settings.DEFAULT_CURRENCY, code)))


def currency_choices(language: str = "en") -> list[tuple[str, str]]:
    return [(code, f"{code} – {get_currency_name(code, locale=language)}") for code in current_currencies()]
