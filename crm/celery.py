"""Celery, which makes it faster: its tasks call `drain` and `run_due_jobs` and hold nothing of their own.

Settings as measured: no results, no eta or countdown, acknowledged late, one message at a time; what a broker or a
killed worker loses, the sweep finds in the database.
"""

import os
from functools import partial
from time import monotonic, time
from typing import Any

import django
from celery import Celery, Task
from celery.beat import Scheduler
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.urls import get_resolver  # noqa: E402 – needs the applications

from crm.core.trace import current_trace_id, traced  # noqa: E402
from crm.ops import workers  # noqa: E402
from crm.ops.job_running import run_due_jobs  # noqa: E402
from crm.ops.job_services import JOBS  # noqa: E402
from crm.ops.jobs import QUEUES  # noqa: E402
from crm.outbox.draining import drain  # noqa: E402
from crm.outbox.transports import TRANSPORTS  # noqa: E402

get_resolver().url_patterns  # noqa: B018 – loads the wiring, where transports and jobs are registered

SWEEPS_EVERY = 15.0  # seconds
# Seconds; an older hint says nothing that a sweep has not found. By the clocks of two machines, so that it has to be
# longer than they may ever differ: a worker takes all that has expired for done.
EXPIRES = 7200
DRAINS_FOR = 300  # seconds, after which the next task goes on
TIME_LIMITS = {"drain": 900, "jobs": 7000}  # seconds, below the visibility timeout
TRACE_ID = "trace_id"  # the header of a task
QUEUE_OF = {"mail": "mail", "webhook": "webhooks"}


class SteadyScheduler(Scheduler):
    """Keeps no file, and begins anew when the clock was set back: by the last runs of an hour to come it would wait
    for that hour."""

    looked_at = 0.0

    def tick(self, *args: Any, **values: Any) -> Any:
        now = time()
        if now < self.looked_at:
            for entry in self.schedule.values():
                entry.last_run_at = entry.default_now() - entry.schedule.run_every
            self._heap = None
        self.looked_at = now
        return super().tick(*args, **values)


class TracedTask(Task):
    """Runs under the trace id of the request whose commit published it; a sweep has one of its own."""

    def __call__(self, *args: Any, **values: Any) -> Any:
        with traced(f"task {self.name}", (self.request.headers or {}).get(TRACE_ID, "")):
            return super().__call__(*args, **values)


app = Celery("vouch", broker=settings.CELERY_BROKER_URL or None, task_cls=TracedTask)
app.conf.update(
    beat_scheduler="crm.celery:SteadyScheduler",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=False,
    task_default_queue="housekeeping",
    task_publish_retry_policy={"max_retries": 0},
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=500,
    worker_soft_shutdown_timeout=25,
    worker_hijack_root_logger=False,
    broker_connection_max_retries=None,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "visibility_timeout": 7200,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    },
)


@app.task(name="vouch.drain", time_limit=TIME_LIMITS["drain"])
def drain_due(kind: str) -> None:
    end = monotonic() + DRAINS_FOR
    while drain(workers.LIMIT, [kind], lambda: monotonic() > end) >= workers.LIMIT:
        pass


@app.task(name="vouch.jobs", time_limit=TIME_LIMITS["jobs"])
def run_jobs(queue: str) -> None:
    run_due_jobs(queue=queue)


def drain_options(kind: str) -> dict[str, Any]:
    return {"queue": QUEUE_OF.get(kind, "housekeeping"), "expires": EXPIRES}


def publish(kind: str) -> None:
    """Hints that something of this kind, or a job, is due. Raises when the broker does not take it."""
    headers = {TRACE_ID: current_trace_id()}
    if kind == JOBS:
        for queue in QUEUES:
            run_jobs.apply_async([queue], queue=queue, expires=EXPIRES, headers=headers)
    else:
        drain_due.apply_async([kind], **drain_options(kind), headers=headers)


def start_publishing() -> None:
    """In each server process: a thread per kind hands hints on, so that no request waits for a broker."""
    workers.start({kind: partial(_publish, kind) for kind in (*TRANSPORTS, JOBS)}, looks_every=None)


def _publish(kind: str, stopping: Any) -> bool:
    publish(kind)
    return False


app.conf.beat_schedule = {
    **{
        f"drain {kind}": {
            "task": drain_due.name, "schedule": SWEEPS_EVERY, "args": [kind], "options": drain_options(kind)
        }
        for kind in TRANSPORTS
    },
    **{
        f"jobs {queue}": {
            "task": run_jobs.name, "schedule": SWEEPS_EVERY, "args": [queue],
            "options": {"queue": queue, "expires": EXPIRES},
        }
        for queue in QUEUES
    },
}  # fmt: skip
