"""Redis where there is one; a cache of this process where there is none."""

from typing import Any

from redis import ConnectionError as Refused
from redis.backoff import NoBackoff
from redis.retry import Retry

# Tried again at once where the connection was cut, as by a restart; what does not answer is not asked twice.
AGAIN = Retry(NoBackoff(), 1, supported_errors=(Refused,))


def cache_settings(url: str) -> dict[str, dict[str, Any]]:
    if not url:
        return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    options = {
        "SOCKET_CONNECT_TIMEOUT": 0.3,
        "SOCKET_TIMEOUT": 0.5,
        "CONNECTION_POOL_KWARGS": {"retry": AGAIN},
    }
    return {"default": {"BACKEND": "crm.core.caching.backend.RedisOrMemoryCache", "LOCATION": url, "OPTIONS": options}}
