"""Work that an answer must not wait for: how long it takes would tell something, or keep a reader behind a writer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import BoundedSemaphore

import structlog
from django.conf import settings
from django.db import connections

WORKERS, MOST_WAITING = 2, 200

log = structlog.get_logger("crm.later")
_pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="later")
_places = BoundedSemaphore(MOST_WAITING)


def later(task: Callable[[], object]) -> None:
    """Runs `task` in a thread of this process, which finishes it before it ends; for tests at once.

    A task beyond the 200 waiting ones is dropped and logged: a flood must not fill the memory.
    """
    if settings.RUN_LATER_AT_ONCE:
        task()
    elif _places.acquire(blocking=False):
        _pool.submit(copy_context().run, _run, task)
    else:
        log.error("later_is_full")


def _run(task: Callable[[], object]) -> None:
    try:
        task()
    except Exception as error:
        log.error("later_failed", exc_info=error)
    finally:
        _places.release()
        connections.close_all()
