"""When somebody wants to be left alone, and when they want to be told: by their own clock, also when it is changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.transfer.schedules.cadence import Cadence, Every

MORNING = time(8)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Snooze(models.TextChoices):
    HOUR = "hour", _("For an hour")
    TOMORROW = "tomorrow", _("Until tomorrow morning")
    NEXT_WEEK = "next_week", _("Until next week")


def is_quiet(at: datetime, start: time | None, end: time | None, zone: ZoneInfo) -> bool:
    """`start` belongs to the quiet hours, `end` does not; from 22:00 to 7:00 is a night."""
    if start is None or end is None or start == end:
        return False
    now = at.astimezone(zone).time()
    return start <= now < end if start < end else now >= start or now < end


def after_quiet(at: datetime, start: time | None, end: time | None, zone: ZoneInfo) -> datetime:
    """`at` itself where nobody sleeps, else the next moment at which the quiet hours are over."""
    if not is_quiet(at, start, end, zone) or end is None:
        return at
    today = at.astimezone(zone).date()
    ends = (_moment(today + n * DAY, end, zone, fold) for n in (0, 1, 2) for fold in (0, 1))
    return min(moment for moment in ends if moment > at and not is_quiet(moment, start, end, zone))


def next_digest(at: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """The first such hour after `at`: one a local day, also when it is left out or comes twice."""
    return Cadence(Every.DAILY, hour, zone).next_after(at)


def snoozed_until(choice: str, at: datetime, zone: ZoneInfo) -> datetime:
    """Mornings begin at eight, weeks on Monday."""
    if choice == Snooze.HOUR:
        return at + HOUR
    today = at.astimezone(zone).date()
    days = 1 if choice == Snooze.TOMORROW else 7 - today.weekday()
    return _moment(today + days * DAY, MORNING, zone)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _moment(day: date, clock: time, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC)
