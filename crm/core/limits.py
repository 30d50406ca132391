"""How often something may be done: one function counts and decides, in Redis, or in memory while Redis is away.

docs/rate-limits.md explains the limits and what each protects.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Self, TypeVar

from django.conf import settings
from redis import RedisError

from crm.core.caching.breaker import Breaker, breaker_of
from crm.core.failures import TooManyRequests
from crm.core.limits_counting import Counter, InRedis, Memory, Store

V = TypeVar("V", bound=Callable[..., Any])
SECONDS = {"s": 1, "min": 60, "h": 3600}
WRITTEN = re.compile(r"(\d+)/(s|min|h)")


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` events in any `seconds`."""

    most: int
    seconds: int

    @classmethod
    def of(cls, written: str) -> Self:
        """`10/min`, `5/s`, `100/h`. Raises ValueError."""
        if not (found := WRITTEN.fullmatch(written)):
            raise ValueError(f"{written!r} is not a limit such as 10/min.")
        return cls(int(found[1]), SECONDS[found[2]])


@dataclass(frozen=True, slots=True)
class Verdict:
    """`key`, `limit`, `remaining` and `reset` (seconds) are those of the counter that refused, else of the first.

    `receipts` name where each event was counted, for `give_back`.
    """

    allowed: bool
    key: str
    limit: Limit
    remaining: int
    reset: int
    receipts: tuple[tuple[str, int], ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        """The three fields of draft-ietf-httpapi-ratelimit-headers-06."""
        figures = {"Limit": self.limit.most, "Remaining": self.remaining, "Reset": self.reset}
        return {f"RateLimit-{name}": str(figure) for name, figure in figures.items()}


class Fallback:
    """Which store counts now. After an error memory does for some seconds, so that an outage costs one time-out."""

    def __init__(self, redis: Store | None, breaker: Breaker | None = None) -> None:
        self.redis, self.memory, self.breaker = redis, Memory(), breaker or Breaker()

    @property
    def uses_redis(self) -> bool:
        return self.redis is not None and self.breaker.is_closed

    @property
    def failures(self) -> int:
        return self.breaker.failures

    def run(self, work: Callable[[Store], Any]) -> Any:
        if self.redis is not None and self.breaker.allows():
            try:
                answer = work(self.redis)
            except RedisError as error:
                self.breaker.failed(error)
            else:
                self.breaker.succeeded()
                return answer
        return work(self.memory)


@cache
def counters() -> Fallback:
    """The cache shares the breaker: what one of them found out costs the other no time-out."""
    url = settings.REDIS_URL
    return Fallback(InRedis(url), breaker_of(url)) if url else Fallback(None)


def count(*wanted: tuple[str, Limit]) -> Verdict:
    """Counts one event under each key, or under none when one of the limits is reached; atomic, one round trip."""
    asked = [Counter(f"limits:{key}", limit.most, limit.seconds * 1000) for key, limit in wanted]
    allowed, found = counters().run(lambda store: store.take(asked))
    full = [index for index, (counter, one) in enumerate(zip(asked, found, strict=True)) if one.used >= counter.limit]
    shown = full[0] if full else 0
    (key, limit), standing = wanted[shown], found[shown]
    return Verdict(
        allowed=allowed,
        key=key,
        limit=limit,
        remaining=max(0, limit.most - standing.used - allowed),
        reset=max(1, math.ceil(standing.leaves_in / 1000)),
        receipts=tuple((counter.key, one.slice) for counter, one in zip(asked, found, strict=True)) if allowed else (),
    )


def ping_redis() -> None:
    """Does nothing without a Redis. Raises redis.RedisError within a second where it does not answer."""
    store = counters().redis
    if isinstance(store, InRedis):
        store.client.ping()


def give_back(receipt: tuple[str, int]) -> None:
    """Undoes one event, where only the outcome tells that it did not count."""
    counters().run(lambda store: store.give_back(*receipt))


def limited(written: str) -> Callable[[V], V]:
    """Gives a view, or an action of a viewset, a limit of its own in place of the general one: `@limited("10/min")`."""
    limit = Limit.of(written)

    def decorate(view: V) -> V:
        view.rate_limit = limit  # type: ignore[attr-defined]
        return view

    return decorate


class RateLimited(TooManyRequests):
    message = "Too many requests. Wait as long as Retry-After says and try again."

    def __init__(self, verdict: Verdict) -> None:
        super().__init__()
        self.retry_after = verdict.reset


def refuse_guessing(request: Any) -> None:
    """For a door that checks its lock-out first: raises RateLimited where too many guesses came before this one."""
    guess: Verdict | None = getattr(request, "guess", None)
    if guess is not None and not guess.allowed:
        raise RateLimited(guess)
