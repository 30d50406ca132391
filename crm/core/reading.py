"""How many records somebody is shown at once, told to whoever counts; lists of pages and API and exports tell it."""

from collections.abc import Callable

from crm.core.actor import Actor

Counter = Callable[[Actor, int], None]

_counters: list[Counter] = []


def count_rows_with(counter: Counter) -> None:
    """Called by crm.wiring only."""
    _counters.append(counter)


def rows_shown(actor: Actor, rows: int) -> None:
    for counter in _counters:
        counter(actor, rows)
