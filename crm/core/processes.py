"""What a process, or a thread of it, is there for: how long it may keep the database busy depends on that."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum


class Duty(StrEnum):
    """`WORK` is what nobody waits for: jobs, deliveries, commands."""

    WEB = "web"
    WORK = "work"
    MIGRATION = "migration"


_of_process = [Duty.WORK]
_here: ContextVar[Duty | None] = ContextVar("duty", default=None)


def process_is_for(duty: Duty) -> None:
    """Said once, by what starts the process; without a word it is a command."""
    _of_process[:] = [duty]


def duty_of_process() -> Duty:
    return _of_process[0]


def duty() -> Duty:
    """Of this thread, else of its process."""
    return _here.get() or _of_process[0]


@contextmanager
def on_duty(wanted: Duty) -> Iterator[None]:
    """For a thread that works inside a web process, or a command that migrates."""
    token = _here.set(wanted)
    try:
        yield
    finally:
        _here.reset(token)
