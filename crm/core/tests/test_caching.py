"""The cache: made once by however many ask, void at once when what it was made from changes, nobody's but one's own."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from crm.core.actor import Actor
from crm.core.caching import figures, service, tags
from crm.core.caching.breaker import SECONDS, Breaker
from crm.core.caching.lifetimes import ALONE, Lifetime
from crm.core.caching.service import Key, get_or_set, scope_of
from crm.core.permissions import Reach

NOTES = tags.uses_tags("test-note")


class Unstored:
    """A connection outside any transaction, for tests that need no database."""

    in_atomic_block = False


@pytest.fixture
def _no_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "connection", Unstored)


@pytest.fixture
def key() -> Key:
    return Key.of("test", uuid4())


class Maker:
    """Counts how often it was asked; slow enough that all the others come meanwhile."""

    def __init__(self, takes: float = 0.2) -> None:
        self.takes, self.times, self.value, self._lock = takes, 0, "made", threading.Lock()

    def __call__(self) -> str:
        with self._lock:
            self.times += 1
        time.sleep(self.takes)
        return self.value


def together(number: int, work: Callable[[], Any]) -> list[Any]:
    barrier = threading.Barrier(number)

    def one(_: int) -> Any:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_what_is_kept_is_found_counted_and_deleted(key):
    assert service.get(key, "nothing") == "nothing" and not service.exists(key)
    service.put(key, {"a": 1}, Lifetime.MINUTES)
    assert service.get(key) == {"a": 1} and service.exists(key)
    service.delete(key)
    assert not service.exists(key)
    assert [service.increment(key, Lifetime.MINUTES, by) for by in (1, 2)] == [1, 3]


@pytest.mark.usefixtures("_no_transaction")
def test_what_is_none_is_kept_too(key):
    make = Maker(0)
    make.value = None  # type: ignore[assignment]
    assert [get_or_set(key, make, Lifetime.MINUTES) for _ in range(3)] == [None] * 3 and make.times == 1


@pytest.mark.usefixtures("_no_transaction")
def test_without_the_lock_everybody_makes_it_and_with_it_one_does(key, monkeypatch):
    make = Maker()
    with monkeypatch.context() as off:
        off.setattr(service, "_is_first", lambda key, token: True)
        together(8, lambda: get_or_set(key, make, Lifetime.MINUTES))
    assert make.times > 1, "nobody raced"
    make.times = 0
    service.delete(key)
    assert together(8, lambda: get_or_set(key, make, Lifetime.MINUTES)) == ["made"] * 8
    assert make.times == 1


@pytest.mark.usefixtures("_no_transaction")
def test_what_is_past_its_end_is_shown_while_one_makes_it_anew(key):
    service._store(key, "old", 0, ())
    assert not service.exists(key)
    cache.set(str(key), ("old", (), time.time() - 1), 60)
    make = Maker()
    found = together(6, lambda: get_or_set(key, make, Lifetime.MINUTES))
    assert make.times == 1 and sorted(found) == ["made"] + ["old"] * 5
    assert service.get(key) == "made"


@pytest.mark.usefixtures("_no_transaction")
def test_where_the_one_who_makes_it_fails_the_next_one_does(key):
    def fail() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        get_or_set(key, fail, Lifetime.MINUTES)
    assert get_or_set(key, Maker(0), Lifetime.MINUTES) == "made"


@pytest.mark.usefixtures("_no_transaction")
def test_a_change_of_a_tag_makes_all_under_it_void_and_nothing_else(key):
    other = Key.of("test", uuid4())
    service.put(key, 1, Lifetime.DAY, NOTES)
    service.put(other, 2, Lifetime.DAY)
    tags.invalidate(*NOTES)
    assert (service.get(key, tags=NOTES), service.get(other)) == (None, 2)


@pytest.mark.usefixtures("_no_transaction")
def test_what_was_made_from_what_changed_meanwhile_is_void_from_the_start(key):
    def make() -> str:
        tags.invalidate(*NOTES)  # somebody commits a change while we count
        return "of before"

    assert get_or_set(key, make, Lifetime.DAY, NOTES) == "of before"
    assert get_or_set(key, lambda: "of now", Lifetime.DAY, NOTES) == "of now"


@pytest.mark.django_db(transaction=True)
def test_a_change_is_told_after_its_commit_and_never_before(key):
    service.put(key, "before", Lifetime.DAY, NOTES)
    with transaction.atomic():
        tags.invalidate_on_commit(*NOTES)
        assert service.get(key, tags=NOTES) == "before", "nobody else can see the change yet"
    assert service.get(key, tags=NOTES) is None
    service.put(key, "before", Lifetime.DAY, NOTES)
    with transaction.atomic():
        tags.invalidate_on_commit(*NOTES)
        transaction.set_rollback(True)
    assert service.get(key, tags=NOTES) == "before"


@pytest.mark.django_db
def test_inside_a_transaction_nothing_is_kept_that_may_never_be_committed(key):
    assert get_or_set(key, lambda: "uncommitted", Lifetime.DAY) == "uncommitted"
    assert not service.exists(key)


def an_actor(reach: Reach, teams: tuple[Any, ...], pk: Any) -> Actor:
    return Actor(label="x", kind="user", id=pk, grants={"deals:read": reach}, team_ids=teams)


def test_the_scope_is_shared_by_those_who_see_the_same_and_by_nobody_else():
    north, south, one, other = (uuid4() for _ in range(4))
    scope = lambda *who: scope_of(an_actor(*who), "deals:read")  # noqa: E731
    assert scope(Reach.ALL, (north,), one) == scope(Reach.ALL, (south,), other)
    assert scope(Reach.TEAM, (north, south), one) == scope(Reach.TEAM, (south, north), other)
    different = {
        scope(Reach.ALL, (north,), one), scope(Reach.TEAM, (north,), one), scope(Reach.TEAM, (south,), one),
        scope(Reach.OWN, (north,), one), scope(Reach.OWN, (north,), other), scope(Reach.OWN, (south,), one),
        scope(Reach.NONE, (north,), one),
    }  # fmt: skip
    assert len(different) == 7


@pytest.mark.usefixtures("_no_transaction")
def test_the_hit_ratio_is_told_by_kind():
    one = Key.of(f"kind-{uuid4()}", 1)
    assert figures.figures(one.kind).hit_ratio is None
    for _ in range(4):
        get_or_set(one, lambda: 1, Lifetime.MINUTES)
    assert figures.figures(one.kind) == figures.Figures(hits=3, misses=1, stale=0, computed=1)
    assert figures.figures(one.kind).hit_ratio == 0.75 and one.kind in figures.kinds()


def test_without_a_shared_cache_nothing_is_kept_for_long(key, monkeypatch):
    monkeypatch.setattr(service, "is_shared", lambda: False)
    service.put(key, 1, Lifetime.DAY)
    _value, _versions, fresh_until = cache.get(str(key))
    assert fresh_until - time.time() <= ALONE


def test_after_a_failure_one_tries_again_when_its_seconds_are_over():
    now = [100.0]
    breaker = Breaker(lambda: now[0])
    assert breaker.allows() and breaker.is_closed
    breaker.failed(OSError())
    assert not breaker.allows() and not breaker.is_closed
    now[0] += SECONDS
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert breaker.allows() and (breaker.failures, breaker.trips) == (1, 1)


@pytest.fixture
def changed_while_away() -> Iterator[None]:
    yield
    tags._missed.clear()


@pytest.mark.usefixtures("_no_transaction", "changed_while_away")
def test_what_changed_while_redis_was_away_is_void_once_it_is_back(key, monkeypatch):
    monkeypatch.setattr(tags, "is_shared", lambda: True)
    service.put(key, "before", Lifetime.DAY, NOTES)
    version = cache.get(tags.key_of_tag(NOTES[0]))
    monkeypatch.setattr(tags, "is_shared", lambda: False)
    tags.invalidate(*NOTES)
    cache.set(tags.key_of_tag(NOTES[0]), version, 60)  # Redis, which was not told
    monkeypatch.setattr(tags, "is_shared", lambda: True)
    assert service.get(key, tags=NOTES) is None


def test_this_run_says_whether_the_cache_is_shared():
    assert tags.is_shared() is bool(settings.REDIS_URL)
