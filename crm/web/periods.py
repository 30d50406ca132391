"""Calendar periods in the reader's time zone: this month, quarter or year, and the one before."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

MONTHS = {"month": 1, "quarter": 3, "year": 12}
NAMES = {
    "month": (_("Month"), _("this month"), _("last month")),
    "quarter": (_("Quarter"), _("this quarter"), _("last quarter")),
    "year": (_("Year"), _("this year"), _("last year")),
}
SHOWN_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Months are counted from year zero: `year * 12 + month - 1`."""

    key: str
    first: int
    length: int

    @property
    def label(self) -> str:
        return str(NAMES[self.key][0])

    @property
    def current(self) -> str:
        return str(NAMES[self.key][1])

    @property
    def previous(self) -> str:
        return str(NAMES[self.key][2])

    @property
    def months(self) -> range:
        return range(self.first, self.first + self.length)

    @property
    def months_before(self) -> range:
        return range(self.first - self.length, self.first)


def month_number(moment: datetime) -> int:
    return moment.year * 12 + moment.month - 1


def month_start(number: int) -> datetime:
    return make_aware(datetime(number // 12, number % 12 + 1, 1))


def period_at(key: str, now: datetime) -> Period:
    """The calendar period that holds a local moment."""
    length = MONTHS[key]
    number = month_number(now)
    return Period(key, number - number % 12 % length, length)
