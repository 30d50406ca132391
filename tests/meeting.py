"""Several at the same moment, and where they meet: with the lock off all of them come, with it one is held back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

from django.db import connections

PATIENCE = 30  # seconds: longer than a busy machine needs
GLANCE = 1  # seconds: who is held by the lock does not come, however long one waits


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """What each answered, in the order of the calls, each from a thread and connection of its own."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def meeting_place(people: int, is_locked: bool) -> Callable[[], None]:
    """What each calls between its check and its write. With the lock off it raises unless all of them came."""
    barrier = Barrier(people)

    def meet() -> None:
        if is_locked:
            with suppress(BrokenBarrierError):
                barrier.wait(GLANCE)
        else:
            barrier.wait(PATIENCE)

    return meet
