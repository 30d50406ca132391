"""On which local days something runs, and when that is: one run for each day, also when the clocks change."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _


class Every(models.TextChoices):
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")


@dataclass(frozen=True, slots=True)
class Cadence:
    """`weekdays` count from Monday, 0; `month_day` past the end of a month is its last day."""

    every: str
    hour: int
    zone: ZoneInfo
    weekdays: tuple[int, ...] = ()
    month_day: int = 1

    def next_after(self, at: datetime) -> datetime:
        day = at.astimezone(self.zone).date()
        return next(moment for moment in map(self.moment_of, self._days(day, 1)) if moment > at)

    def last_until(self, at: datetime) -> date:
        """The newest day whose run was due by then."""
        day = at.astimezone(self.zone).date()
        return next(one for one in self._days(day, -1) if self.moment_of(one) <= at)

    def moment_of(self, day: date) -> datetime:
        """An hour that the clocks leave out is as long after midnight as ever; of one that comes twice, the first."""
        return datetime.combine(day, time(self.hour), self.zone).astimezone(UTC)

    def _days(self, start: date, step: int) -> Iterator[date]:
        while True:
            if self._is_on(start) and self._exists(start):
                yield start
            start += timedelta(days=step)

    def _is_on(self, day: date) -> bool:
        if self.every == Every.WEEKLY:
            return day.weekday() in self.weekdays
        if self.every == Every.MONTHLY:
            return day.day == min(self.month_day, calendar.monthrange(day.year, day.month)[1])
        return True

    def _exists(self, day: date) -> bool:
        """Islands have crossed the date line, and left out a day."""
        return self.moment_of(day).astimezone(self.zone).date() == day
