"""The shared cache, with the memory of this process in its place while Redis is away."""

from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import CONNECTION_INTERRUPTED, RedisCache


class RedisOrMemoryCache(RedisCache):
    """django-redis answers a lost connection as if nothing had been stored. allauth locks its counters with `add`, so
    each of its limits would then wait a second and refuse: nobody could sign in while Redis is away."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.memory = LocMemCache("while-redis-is-away", {"OPTIONS": {"MAX_ENTRIES": 10_000}})

    def get(self, key: Any, default: Any = None, version: int | None = None, client: Any = None) -> Any:
        found = self._get(key, default, version, client)
        return self.memory.get(key, default, version) if found is CONNECTION_INTERRUPTED else found

    def add(self, key: Any, value: Any, *args: Any, **options: Any) -> bool:
        added = super().add(key, value, *args, **options)
        return self.memory.add(key, value, *args, **options) if added is None else added

    def set(self, key: Any, value: Any, *args: Any, **options: Any) -> Any:
        stored = super().set(key, value, *args, **options)
        return self.memory.set(key, value, *args, **options) if stored is None else stored

    def delete(self, key: Any, *args: Any, **options: Any) -> Any:
        deleted = super().delete(key, *args, **options)
        return self.memory.delete(key, *args, **options) if deleted is None else deleted
