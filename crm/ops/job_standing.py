"""How each job stands: when it succeeded last, how late it is, what comes next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from crm.ops.job_running import job_rows
from crm.ops.jobs import TASKS, Task, next_slot
from crm.ops.models import Job, JobRun

TOLERATED_PERIODS = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """`last` is the run begun last, if the page asked for it."""

    task: Task
    job: Job
    at: datetime
    last: JobRun | None = None

    @property
    def every(self) -> timedelta:
        return self.job.period(self.task.every)

    @property
    def every_in_words(self) -> str:
        return in_words(self.every)

    @property
    def late(self) -> timedelta:
        """Past the moment by which the next success was due; one that is switched off is never late."""
        if not self.job.is_enabled:
            return timedelta()
        return max(timedelta(), self.at - (self.job.last_success_at or self.job.created_at) - self.every)

    @property
    def needs_a_look(self) -> bool:
        return self.job.is_enabled and (self.late > TOLERATED_PERIODS * self.every or bool(self.job.last_error))

    @property
    def next_at(self) -> datetime | None:
        return next_slot(self.every, self.at) if self.job.is_enabled else None


def in_words(every: timedelta) -> str:
    """`every minute`, `every 5 minutes`, `every hour`, `every day`."""
    for unit, name in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if every % unit == timedelta():
            number = every // unit
            return f"every {name}" if number == 1 else f"every {number} {name}s"
    return f"every {int(every.total_seconds())} seconds"


def standing_of(job: Job) -> Standing | None:
    """None for a job that is no longer registered."""
    return Standing(TASKS[job.name], job, timezone.now()) if job.name in TASKS else None


def standings(at: datetime | None = None) -> list[Standing]:
    """By name; one query, and one more where a job is new."""
    now, rows = at or timezone.now(), job_rows()
    return [Standing(TASKS[name], rows[name], now) for name in sorted(rows)]


def standings_with_runs() -> list[Standing]:
    newest = JobRun.objects.filter(job=OuterRef("name")).order_by("-slot").values("pk")[:1]
    ids = Job.objects.annotate(newest=Subquery(newest)).values("newest")
    last = {run.job: run for run in JobRun.objects.filter(pk__in=ids)}
    return [Standing(one.task, one.job, one.at, last.get(one.task.name)) for one in standings()]
