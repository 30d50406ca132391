"""What operators do with jobs: switch, change how often, run now. Each leaves its event."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from auditlog import writes
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.ops.models import Job, JobRun
from crm.outbox.hints import hint_on_commit

JOBS = "jobs"


def job_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Job:
    """`is_enabled`, `every_minutes`. Raises NotFound, Forbidden, Stale, Invalid."""
    return writes.update(actor, Job, pk, values, version)


@transaction.atomic
def job_run_now(actor: Actor, pk: UUID | str) -> JobRun:
    """Asks for a run beside the schedule, also of one that is switched off; a request that still waits is enough.

    Raises NotFound, Forbidden.
    """
    job = fetch_locked(Job, actor, "write", pk)
    waiting = JobRun.objects.filter(job=job.name, started_at__isnull=True).first()
    if waiting is not None:
        return waiting
    record(actor, "jobs.run_requested", job)
    return run_soon(job.name, actor.label)


def run_soon(name: str, by: str = "") -> JobRun:
    """A run beside the schedule, once the caller's transaction is kept; one that still waits is enough."""
    hint_on_commit(JOBS)
    waiting = JobRun.objects.filter(job=name, started_at__isnull=True).first()
    return waiting or JobRun.objects.create(job=name, slot=timezone.now(), requested_by=by[:255])
