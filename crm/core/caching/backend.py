"""`BACKEND` of CACHES: Redis, with the memory of this process in its place while that is away."""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache
from redis import RedisError

from crm.core.caching.breaker import breaker_of


class Memory(LocMemCache):
    def incr(self, key: Any, delta: int = 1, version: int | None = None, **options: Any) -> int:
        """What was counted in Redis is not here: it begins again instead of failing."""
        self.add(key, 0, version=version)
        return super().incr(key, delta, version=version)


def with_fallback(name: str) -> Callable[..., Any]:
    in_redis, in_memory = getattr(RedisCache, name), getattr(Memory, name)

    def method(self: "RedisOrMemoryCache", *args: Any, **options: Any) -> Any:
        if self.breaker.allows():
            try:
                answer = in_redis(self, *args, **options)
            except (RedisError, OSError) as error:
                self.breaker.failed(error)
            else:
                self.breaker.succeeded()
                return answer
        return in_memory(self.memory, *args, **options)

    return method


class RedisOrMemoryCache(RedisCache):
    """allauth locks its counters with `add`, so that with nothing in Redis's place each of its limits would wait a
    second and refuse: nobody could sign in while Redis is away."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._ignore_exceptions = False
        self.memory = Memory("while-redis-is-away", {"OPTIONS": {"MAX_ENTRIES": 10_000}})
        self.breaker = breaker_of(server if isinstance(server, str) else server[0])

    @property
    def is_shared(self) -> bool:
        """What is stored is seen by other processes."""
        return self.breaker.is_closed

    get = with_fallback("get")
    set = with_fallback("set")
    add = with_fallback("add")
    delete = with_fallback("delete")
    incr = with_fallback("incr")
    decr = with_fallback("decr")
    touch = with_fallback("touch")
    has_key = with_fallback("has_key")
    get_many = with_fallback("get_many")
    set_many = with_fallback("set_many")
    delete_many = with_fallback("delete_many")
    clear = with_fallback("clear")
