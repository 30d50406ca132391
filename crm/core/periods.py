"""Stretches of days that move with today: "this quarter", "the last 30 days". Bounds are days; the end is not part."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

Bounds = tuple[date, date]
DAY = timedelta(days=1)
MOST_DAYS = 3_660


def _months(day: date, count: int) -> date:
    """The first of the month `count` months from the month of `day`."""
    years, month = divmod(day.month - 1 + count, 12)
    return date(day.year + years, month + 1, 1)


def _month(shift: int) -> Callable[[date], Bounds]:
    return lambda today: (_months(today, shift), _months(today, shift + 1))


def _quarter(shift: int) -> Callable[[date], Bounds]:
    def bounds(today: date) -> Bounds:
        first = 3 * shift - (today.month - 1) % 3
        return _months(today, first), _months(today, first + 3)

    return bounds


def _week(shift: int) -> Callable[[date], Bounds]:
    def bounds(today: date) -> Bounds:
        monday = today - DAY * today.weekday() + 7 * shift * DAY
        return monday, monday + 7 * DAY

    return bounds


def _year(shift: int) -> Callable[[date], Bounds]:
    return lambda today: (date(today.year + shift, 1, 1), date(today.year + shift + 1, 1, 1))


PERIODS: dict[str, tuple[Any, Callable[[date], Bounds]]] = {
    "today": (_("today"), lambda today: (today, today + DAY)),
    "yesterday": (_("yesterday"), lambda today: (today - DAY, today)),
    "tomorrow": (_("tomorrow"), lambda today: (today + DAY, today + 2 * DAY)),
    "this_week": (_("this week"), _week(0)),
    "last_week": (_("last week"), _week(-1)),
    "next_week": (_("next week"), _week(1)),
    "this_month": (_("this month"), _month(0)),
    "last_month": (_("last month"), _month(-1)),
    "next_month": (_("next month"), _month(1)),
    "this_quarter": (_("this quarter"), _quarter(0)),
    "last_quarter": (_("last quarter"), _quarter(-1)),
    "next_quarter": (_("next quarter"), _quarter(1)),
    "this_year": (_("this year"), _year(0)),
    "last_year": (_("last year"), _year(-1)),
    "next_year": (_("next year"), _year(1)),
}


def bounds_of(period: str, today: date) -> Bounds:
    return PERIODS[period][1](today)


def start_of(day: date) -> datetime:
    """The first moment of a day where the person is."""
    return timezone.make_aware(datetime.combine(day, time.min))
