"""Who imports when nobody is at a browser: wired to the resolver of accounts, which lies above this floor."""

from collections.abc import Callable
from typing import Any

from crm.core.actor import Actor

_resolver: list[Callable[..., Actor]] = []


def resolve_actors_with(resolver: Callable[..., Actor]) -> None:
    """Called by crm.wiring only."""
    _resolver[:] = [resolver]


def actor_of(user: Any) -> Actor:
    return _resolver[0](user, door="command")
