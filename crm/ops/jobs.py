"""What is done by the clock: each app registers its tasks in crm.wiring; times are those of settings.TIME_ZONE."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from crm.core.actor import Actor

MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=7)
FIVE_MINUTES = timedelta(minutes=5)
LIMIT = timedelta(hours=1)
HOUSEKEEPING = "housekeeping"
SEALS = "seals"
# Each has a worker, or a thread, of its own: a long purge or backup keeps no seal waiting.
QUEUES = (SEALS, HOUSEKEEPING, "reports", "backups")

# (who does it, when) → what was done, in words. May be repeated: after a crash nobody knows how far it got.
Run = Callable[[Actor, datetime], str]


@dataclass(frozen=True, slots=True)
class Task:
    """`limit`: a run that takes longer counts as ended, and may be started again."""

    name: str
    every: timedelta
    run: Run
    about: str
    limit: timedelta = LIMIT
    queue: str = HOUSEKEEPING


TASKS: dict[str, Task] = {}


def register_job(
    name: str, every: timedelta, run: Run, about: str, *, limit: timedelta = LIMIT, queue: str = HOUSEKEEPING
) -> None:
    """`name` is a slug, `about` a sentence for operators; `every` can be changed by them. Called by crm.wiring only.

    Raises ValueError for a queue that no worker listens to.
    """
    if queue not in QUEUES:
        raise ValueError(f"unknown queue {queue!r}")
    TASKS[name] = Task(name, every, run, about, limit, queue)


def slot_of(every: timedelta, at: datetime) -> datetime:
    """The beginning of the period that `at` is in. Days are local ones: one each, however many hours it has."""
    if every < DAY:
        seconds = int(every.total_seconds())
        return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)
    return _midnight(_first_day(every, at))


def next_slot(every: timedelta, at: datetime) -> datetime:
    if every < DAY:
        return slot_of(every, at) + every
    return _midnight(_first_day(every, at) + timedelta(days=every.days))


def _first_day(every: timedelta, at: datetime) -> date:
    ordinal = timezone.localtime(at, timezone.get_default_timezone()).date().toordinal()
    return date.fromordinal(ordinal - ordinal % every.days)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone()).astimezone(UTC)
