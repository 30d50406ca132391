"""Counting: never more than the limit in any window, in memory and in Redis, by many at once and through an outage."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from redis import Redis, RedisError

from crm.core import limits
from crm.core.caching.breaker import SECONDS, Breaker
from crm.core.limits import Fallback, Limit, RateLimited, count, give_back, limited
from crm.core.limits_counting import MOST_KEYS, SLICES, Counter, InRedis, Memory, Store

WINDOW = 60_000
START = 1_800_000_000_000
MANY = 20

STORES = [pytest.param("memory"), pytest.param("redis", marks=pytest.mark.redis)]
gaps = st.lists(st.one_of(st.integers(0, 300), st.integers(0, 20_000), st.just(WINDOW - 1)), min_size=1, max_size=60)


def fresh_key() -> str:
    return f"limits:test:{uuid4()}"


@pytest.fixture(scope="module", params=STORES)
def store(request: pytest.FixtureRequest) -> Store:
    return Memory() if request.param == "memory" else InRedis(settings.REDIS_URL)


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Callable[[Fallback], Fallback]:
    """Makes `count` use these counters."""

    def use(counters: Fallback) -> Fallback:
        monkeypatch.setattr(limits, "counters", lambda: counters)
        return counters

    return use


@hypothesis_settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gaps=gaps, limit=st.integers(1, 12))
def test_no_window_ever_holds_more_than_the_limit(store, gaps, limit):
    counter, now, granted = Counter(fresh_key(), limit, WINDOW), START, []
    for gap in gaps:
        now += gap
        if store.take([counter], now)[0]:
            granted.append(now)
    assert all(sum(first <= at < first + WINDOW for at in granted) <= limit for first in granted)


@hypothesis_settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gaps=gaps, limit=st.integers(1, 12))
def test_nobody_waits_longer_than_a_window_and_a_slice(store, gaps, limit):
    """Refused only while the last window and one slice hold as many as the limit; and as long as it says."""
    counter, now, granted = Counter(fresh_key(), limit, WINDOW), START, []
    for gap in gaps:
        now += gap
        allowed, [found] = store.take([counter], now)
        if allowed:
            granted.append(now)
        else:
            assert sum(at > now - WINDOW - WINDOW // SLICES for at in granted) >= limit
            assert store.take([counter], now + found.leaves_in - 1)[0] is False
            assert store.take([Counter(counter.key, limit, WINDOW)], now + found.leaves_in)[0] is True
            now += found.leaves_in
            granted.append(now)


@pytest.mark.redis
@hypothesis_settings(deadline=None, max_examples=20)
@given(gaps=gaps, limit=st.integers(1, 12))
def test_memory_and_redis_count_alike(gaps, limit):
    memory, redis, key, now = Memory(), InRedis(settings.REDIS_URL), fresh_key(), START
    for gap in gaps:
        now += gap
        counter = Counter(key, limit, WINDOW)
        assert memory.take([counter], now) == redis.take([counter], now)


def test_two_counters_count_together_or_not_at_all(store):
    wide, narrow = Counter(fresh_key(), 10, WINDOW), Counter(fresh_key(), 1, WINDOW)
    assert store.take([wide, narrow], START)[0] is True
    refused, [of_wide, of_narrow] = store.take([wide, narrow], START)
    assert refused is False and (of_wide.used, of_narrow.used) == (1, 1)
    assert store.take([wide], START)[1][0].used == 1


def test_what_is_given_back_counts_no_longer_and_never_below_nothing(store):
    counter = Counter(fresh_key(), 1, WINDOW)
    _allowed, [found] = store.take([counter], START)
    for _ in range(3):
        store.give_back(counter.key, found.slice)
    assert store.take([counter], START)[0] is True
    assert store.take([counter], START)[0] is False


def test_of_many_at_once_as_many_pass_as_may(store):
    counter = Counter(fresh_key(), 50, WINDOW)
    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(lambda _: store.take([counter])[0], range(MANY * 10)))
    assert sum(answers) == 50


@pytest.mark.redis
def test_counters_in_redis_leave_by_themselves():
    store, counter = InRedis(settings.REDIS_URL), Counter(fresh_key(), 5, WINDOW)
    store.take([counter])
    assert 0 < store.client.pttl(counter.key) <= 2 * WINDOW


def test_memory_forgets_what_expired_and_stays_bounded_under_a_flood():
    store = Memory()
    for number in range(MOST_KEYS + 1):
        store.take([Counter(f"first:{number}", 5, WINDOW)], START)
    assert len(store.counts) == len(store.expires) <= MOST_KEYS // 2
    for number in range(MOST_KEYS):
        store.take([Counter(f"second:{number}", 5, WINDOW)], START + 10 * WINDOW)
    assert not [key for key in store.counts if key.startswith("first:")]


class Broken:
    def __init__(self) -> None:
        self.calls = 0

    def take(self, *_args: object) -> None:
        self.calls += 1
        raise RedisError

    give_back = take


def test_without_redis_memory_counts_for_some_seconds_and_the_failure_is_counted(own):
    broken, now = Broken(), [100.0]
    fallback = own(Fallback(broken, Breaker(lambda: now[0])))
    limit = Limit(3, 60)
    assert [count(("x", limit)).allowed for _ in range(5)] == [True, True, True, False, False]
    assert (broken.calls, fallback.failures, fallback.uses_redis) == (1, 1, False)
    now[0] += SECONDS
    assert fallback.uses_redis and count(("x", limit)).allowed is False
    assert (broken.calls, fallback.failures) == (2, 2)


@pytest.fixture
def private_redis(tmp_path: Path) -> Iterator[tuple[str, "Callable[[], subprocess.Popen[bytes]]"]]:
    """A server of this test alone, to be stopped and started again: its address, and what starts it."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = []

    def start() -> "subprocess.Popen[bytes]":
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
        started.append(subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL))
        client, give_up = Redis(port=port), time.monotonic() + 10
        while time.monotonic() < give_up:
            try:
                client.ping()
                return started[-1]
            except RedisError:
                continue
        raise AssertionError("the private Redis did not start")

    yield f"redis://127.0.0.1:{port}/0", start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.redis
def test_limits_hold_while_redis_is_stopped_and_started_again(private_redis, own):
    url, start = private_redis
    now = [0.0]
    fallback = own(Fallback(InRedis(url), Breaker(lambda: now[0])))
    limit, server = Limit(5, 3600), start()
    assert [count(("x", limit)).allowed for _ in range(7)] == [True] * 5 + [False] * 2
    server.kill()
    server.wait()
    began = time.perf_counter()
    assert [count(("x", limit)).allowed for _ in range(7)] == [True] * 5 + [False] * 2
    assert time.perf_counter() - began < 2 and fallback.failures == 1
    start()
    assert count(("x", limit)).allowed is False, "memory counts until its seconds are over"
    now[0] += SECONDS
    assert count(("x", limit)).allowed is True and fallback.failures == 1


@pytest.mark.redis
def test_a_frozen_redis_costs_one_time_out(private_redis, own):
    url, start = private_redis
    own(Fallback(InRedis(url)))
    server = start()
    count(("x", Limit(5, 60)))
    server.send_signal(subprocess.signal.SIGSTOP)
    began = time.perf_counter()
    assert sum(count(("x", Limit(5, 60))).allowed for _ in range(10)) == 5
    assert time.perf_counter() - began < 1.5


def test_a_verdict_says_what_is_left_and_when_to_come_back(own):
    own(Fallback(None))
    first, second, third = (count(("x", Limit(2, 60))) for _ in range(3))
    assert (first.headers["RateLimit-Limit"], first.headers["RateLimit-Remaining"]) == ("2", "1")
    assert (second.allowed, second.headers["RateLimit-Remaining"]) == (True, "0")
    assert third.headers["RateLimit-Remaining"] == "0"
    assert 1 <= third.reset <= 61 and RateLimited(third).retry_after == third.reset


def test_the_verdict_is_of_the_limit_that_refused(own):
    own(Fallback(None))
    for _ in range(2):
        verdict = count(("wide", Limit(10, 60)), ("narrow", Limit(1, 60)))
    assert (verdict.allowed, verdict.key, verdict.limit.most, verdict.receipts) == (False, "narrow", 1, ())
    assert count(("wide", Limit(10, 60))).remaining == 8


def test_a_receipt_gives_back(own):
    own(Fallback(None))
    give_back(count(("x", Limit(1, 60))).receipts[0])
    assert count(("x", Limit(1, 60))).allowed


@pytest.mark.parametrize(("written", "limit"), [("10/min", (10, 60)), ("5/s", (5, 1)), ("100/h", (100, 3600))])
def test_a_limit_is_written_in_words(written, limit):
    assert Limit.of(written) == Limit(*limit)


@pytest.mark.parametrize("written", ["", "10", "10/day", "-1/min", "ten/min", "10/min "])
def test_nonsense_is_refused_where_it_is_written(written):
    with pytest.raises(ValueError, match="is not a limit"):
        limited(written)
