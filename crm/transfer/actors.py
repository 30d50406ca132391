"""Who imports or exports when nobody is at a browser: wired to the resolver of accounts, which lies above."""

from collections.abc import Callable
from typing import Any

from crm.core.actor import Actor, Door

_resolver: list[Callable[..., Actor]] = []


def resolve_actors_with(resolver: Callable[..., Actor]) -> None:
    """Called by crm.wiring only."""
    _resolver[:] = [resolver]


def actor_of(user: Any, door: Door = "command") -> Actor:
    return _resolver[0](user, door=door)
