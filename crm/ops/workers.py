"""Threads that send what is due and run the jobs, in the server process or in `manage.py outbox_loop`.

Each kind of delivery has its own, so that a mail server that hangs holds up nothing else; so has each queue of jobs.
"""

import atexit
from collections.abc import Callable
from threading import Event, Thread

import structlog
from django.db import connections
from django.urls import get_resolver

from crm.core.processes import Duty, on_duty
from crm.core.trace import current_trace_id, traced
from crm.ops.job_running import run_due_jobs
from crm.ops.job_services import JOBS
from crm.ops.jobs import QUEUES
from crm.outbox.draining import drain
from crm.outbox.hints import hint_with
from crm.outbox.transports import TRANSPORTS

LOOKS_EVERY = 3.0  # seconds; hints of this process wake it sooner
LIMIT = 100
STOPS_WITHIN = 20.0  # seconds for all of them together; the server's own grace is longer

log = structlog.get_logger("vouch.workers")

Work = Callable[[Callable[[], bool]], bool]


class Worker(Thread):
    """Calls `work(stopping)` whenever it is woken and at least every so many seconds; True asks for another round."""

    def __init__(self, name: str, work: Work, looks_every: float | None = LOOKS_EVERY) -> None:
        super().__init__(name=f"worker-{name}", daemon=True)
        self._work, self._looks_every, self._wake, self._stopping = work, looks_every, Event(), Event()
        self._asked_by = ""

    def run(self) -> None:
        while not self._stopping.is_set():
            if not self._round():
                self._wake.wait(self._looks_every)
            self._wake.clear()

    def _round(self) -> bool:
        asked_by, self._asked_by = self._asked_by, ""
        with traced(self.name, asked_by, spanned=False):
            try:
                with on_duty(Duty.WORK):
                    return self._work(self._stopping.is_set)
            except Exception:
                log.exception("worker_failed", worker=self.name)
                return False
            finally:
                connections.close_all()

    def wake(self) -> None:
        """Of many that wake it together, the last one's trace id goes along with what it does next."""
        self._asked_by = current_trace_id()
        self._wake.set()

    def stop(self) -> None:
        """What is in hand is finished."""
        self._stopping.set()
        self._wake.set()


def drain_kind(kind: str) -> Work:
    return lambda stopping: drain(LIMIT, [kind], stopping) >= LIMIT


def run_queue(queue: str) -> Work:
    def work(stopping: Callable[[], bool]) -> bool:
        run_due_jobs(stopping, queue=queue)
        return False

    return work


_workers: dict[str, Worker] = {}


def start_sending() -> None:
    """A thread for each kind of delivery, and one for each queue of jobs."""
    get_resolver().url_patterns  # noqa: B018 – loads the wiring, where transports and jobs are registered
    jobs = {f"{JOBS} {queue}": run_queue(queue) for queue in QUEUES}
    start({**{kind: drain_kind(kind) for kind in TRANSPORTS}, **jobs})


def start(works: dict[str, Work], looks_every: float | None = LOOKS_EVERY) -> None:
    """By the kind of hint that wakes each, and what of it (`jobs seals`); None looks only when it is woken.

    The process's end stops them.
    """
    for name, work in works.items():
        _workers[name] = Worker(name, work, looks_every)
        _workers[name].start()
    hint_with(wake)
    atexit.register(stop)


def wake(kind: str) -> None:
    for name, worker in _workers.items():
        if name.partition(" ")[0] == kind:
            worker.wake()


def stop() -> None:
    for worker in _workers.values():
        worker.stop()
    for worker in _workers.values():
        worker.join(STOPS_WITHIN / len(_workers))
    _workers.clear()
