"""A number beside an entry of the navigation, such as open alerts: registered, so that the kernel knows no app."""

from collections.abc import Callable

from crm.core.actor import Actor

Counter = Callable[[Actor], int]

_counters: dict[str, Counter] = {}


def register_badge(view: str, counter: Counter) -> None:
    """`counter` must be cheap: it runs with every page. Called by crm.wiring only."""
    _counters[view] = counter


def badge_of(view: str, actor: Actor | None) -> int:
    """0 shows nothing."""
    counter = _counters.get(view)
    return counter(actor) if counter and actor else 0
