"""Tells the driver that something new is due, once the transaction is kept. A hint may get lost; drivers also look."""

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db import transaction

from crm.outbox.draining import drain
from crm.outbox.transports import TRANSPORTS

Hint = Callable[[str], None]


def at_once(kind: str) -> None:
    """A test wants to see it done."""
    if kind in TRANSPORTS:
        drain(kinds=[kind])


_hints: list[Hint] = [at_once] if settings.RUN_LATER_AT_ONCE else []


def hint_with(hint: Hint) -> None:
    """`hint(kind)` must be quick, also for the thousandth of a transaction, and need not be reliable.

    A kind is a transport's, or the schedule's "jobs".
    """
    _hints.append(hint)


def hint_on_commit(kind: str) -> None:
    transaction.on_commit(partial(_hint, kind), robust=True)


def _hint(kind: str) -> None:
    for hint in _hints:
        hint(kind)
