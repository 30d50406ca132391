"""Running what is due. Thread, command and Celery beat call `run_due_jobs`; a slot is run once, whoever calls."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from crm.core.actor import Actor
from crm.core.trace import traced
from crm.ops.jobs import TASKS, Task, slot_of
from crm.ops.models import Job, JobRun
from crm.outbox.draining import never

MOST_ATTEMPTS = 3
RETRY_AFTER = timedelta(minutes=5)
STOPPED = "It did not come to its end in time; its process may have ended."

log = structlog.get_logger("vouch.jobs")


def job_rows() -> dict[str, Job]:
    """Every registered task's row. A new one is noted now: from then on it can be late."""
    rows = {row.name: row for row in Job.objects.filter(name__in=TASKS)}
    if missing := [Job(name=name) for name in TASKS if name not in rows]:
        Job.objects.bulk_create(missing, ignore_conflicts=True)
        rows = {row.name: row for row in Job.objects.filter(name__in=TASKS)}
    return rows


def run_due_jobs(
    stopping: Callable[[], bool] = never, at: datetime | None = None, queue: str | None = None
) -> list[JobRun]:
    """Runs each job (of this queue) whose slot nobody has run, or whose run failed or stopped; answers those runs."""
    ran = []
    for task, slot in due_slots(at or timezone.now(), queue):
        if stopping():
            break
        if run := take(task, slot):
            ran.append(execute(task, run))
    return ran


def due_slots(at: datetime, queue: str | None = None) -> Iterator[tuple[Task, datetime]]:
    """Two queries while nothing is due."""
    rows = {name: row for name, row in job_rows().items() if queue in (None, TASKS[name].queue)}
    slots = {name: slot_of(row.period(TASKS[name].every), at) for name, row in rows.items() if row.is_enabled}
    recent = JobRun.objects.filter(Q(slot__in=set(slots.values())) | Q(started_at__isnull=True), job__in=rows)
    found = {(run.job, run.slot): run for run in recent}
    for name, slot in slots.items():
        if is_due(found.pop((name, slot), None), at):
            yield TASKS[name], slot
    for (name, slot), run in found.items():
        if run.started_at is None:
            yield TASKS[name], slot


def is_due(run: JobRun | None, at: datetime) -> bool:
    if run is None or run.started_at is None:
        return True
    if run.finished_at is None:
        return run.lease_until is not None and run.lease_until <= at
    return bool(run.error) and run.attempts < MOST_ATTEMPTS and run.started_at <= at - RETRY_AFTER


def take(task: Task, slot: datetime) -> JobRun | None:
    """The run, ours for the task's limit; None where somebody else has this slot, or still runs the one before."""
    mine = {"lease_token": uuid4(), "lease_until": Now() + task.limit, "started_at": Now()}
    of_task = JobRun.objects.filter(job=task.name)
    try:
        with transaction.atomic():
            of_task.filter(finished_at__isnull=True, lease_until__lte=Now()).update(finished_at=Now(), error=STOPPED)
            again = of_task.filter(_may_start(), slot=slot)
            if not again.update(**mine, attempts=F("attempts") + 1, finished_at=None, error=""):
                JobRun(job=task.name, slot=slot, attempts=1, **mine).save(force_insert=True)
    except IntegrityError:
        return None
    return of_task.get(slot=slot)


def _may_start() -> Q:
    failed = Q(finished_at__isnull=False, attempts__lt=MOST_ATTEMPTS, started_at__lte=Now() - RETRY_AFTER)
    return Q(started_at__isnull=True) | (failed & ~Q(error=""))


def execute(task: Task, run: JobRun) -> JobRun:
    """Never raises what the task raised: it is kept in words at the run."""
    with traced(f"job {task.name}"):
        try:
            run.result = task.run(Actor.system(task.name), timezone.now())
        except Exception as failure:
            log.exception("job_failed", job=task.name)
            run.error = f"{type(failure).__name__}: {failure}"
        _finish(run)
    return run


@transaction.atomic
def _finish(run: JobRun) -> None:
    """Unless the run overran and was given up in the meantime."""
    mine = JobRun.objects.filter(pk=run.pk, lease_token=run.lease_token, finished_at__isnull=True)
    if mine.update(finished_at=Now(), result=run.result, error=run.error, lease_token=None, lease_until=None):
        heartbeat = {"last_error": run.error} if run.error else {"last_error": "", "last_success_at": Now()}
        Job.objects.filter(name=run.job).update(**heartbeat)
