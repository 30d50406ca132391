"""A Redis that does not answer costs one time-out, and its memory's place is taken by ours."""

import shutil
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches

from benchmarks.faults.fleet import Broker, new_broker
from crm.core.cache_settings import cache_settings

pytestmark = [pytest.mark.redis, pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server")]


@pytest.fixture
def redis(settings: Any) -> Iterator[Broker]:
    with new_broker() as broker:
        settings.CACHES = cache_settings(broker.url(0))
        yield broker


def test_ten_reads_on_a_frozen_redis_take_one_time_out(redis):
    cache = caches["default"]
    cache.set("a", 1, 60)
    redis.process.send_signal(signal.SIGSTOP)
    began = time.perf_counter()
    try:
        assert [cache.get("a", "away") for _ in range(10)] == ["away"] * 10
        assert time.perf_counter() - began < 1
        assert cache.add("b", 2) is True and cache.add("b", 3) is False and cache.incr("c") == 1
        assert time.perf_counter() - began < 1 and not cache.is_shared and cache.breaker.trips == 1
    finally:
        redis.process.send_signal(signal.SIGCONT)


def test_a_redis_that_was_restarted_is_used_again_without_a_failure(redis):
    cache = caches["default"]
    cache.set("a", 1, 60)
    redis.stop()
    redis.start()
    assert cache.get("a", "empty") == "empty" and cache.is_shared and cache.breaker.failures == 0
