"""What a workbook shows for a stored number: dates by their format, leading zeros, whole numbers whole."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, partial

# (number as written in the file) → text as the sheet shows it, dates as ISO.
Show = Callable[[str], str]

# Formats that every workbook has without naming them (ECMA-376, part 1, 18.8.30).
BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
BUILT_IN_PERCENTS = frozenset((9, 10))
EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}
LAST_SERIAL = 2_958_466  # 10000-01-01

NOT_DATE_PARTS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
DATE_PARTS = re.compile(r"[ymdhs]", re.IGNORECASE)
MASK = re.compile(r"0[0 \-./()]*0")
WHOLE = re.compile(r"-?\d+")
THOUSANDS_LIKE = re.compile(r"-?\d{1,3}\.\d{3}")


@cache
def shower(number_format: int, code: str, is_1904: bool) -> Show:
    """`code` is the workbook's own format text, "" for a built-in one."""
    plain = NOT_DATE_PARTS.sub("", code.partition(";")[0])
    if number_format in BUILT_IN_DATES or DATE_PARTS.search(plain):
        return partial(_moment, EPOCHS[is_1904])
    if number_format in BUILT_IN_PERCENTS or plain.endswith("%"):
        return _percent
    mask = re.sub(r'\[[^\]]*\]|["\\]', "", code.partition(";")[0])
    return partial(_masked, mask) if MASK.fullmatch(mask) and "." not in mask else number


def number(text: str) -> str:
    """Digits stay as they are, however many; `3.51E+11` is 351000000000, `0.10000000000000001` is 0.1."""
    if WHOLE.fullmatch(text):
        return text
    shown = format(Decimal(repr(float(text))), "f")
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    # Our reader of numbers asks whether 1.234 means thousands; in a workbook it cannot.
    return f"{shown}0" if THOUSANDS_LIKE.fullmatch(shown) else shown


def _percent(text: str) -> str:
    return f"{number(str(Decimal(text) * 100))}%"


def _masked(mask: str, text: str) -> str:
    """`00000` shows 7 as 00007, `000-00-0000` shows nine digits in groups."""
    if not WHOLE.fullmatch(text) or text.startswith("-"):
        return number(text)
    digits = text.zfill(mask.count("0"))
    shown, rest = "", list(digits)
    for sign in reversed(mask):
        shown = (rest.pop() if sign == "0" else sign) + shown
    return "".join(rest) + shown


def _moment(epoch: datetime, text: str) -> str:
    """A day, a day with its time, or a time alone."""
    serial = float(text)
    if not 0 <= serial < LAST_SERIAL:
        return number(text)
    at = epoch + timedelta(seconds=round(serial * 86_400))
    if serial < 1:
        return f"{at:%H:%M:%S}"
    return f"{at:%Y-%m-%d}" if serial == int(serial) else f"{at:%Y-%m-%d %H:%M:%S}"
