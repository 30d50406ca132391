"""Each part of health, with that part really broken: degraded where it still works, down where it does not."""

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from time import monotonic

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.utils import timezone

from crm.core import limits
from crm.core.caching import figures as cached
from crm.ops import probes
from crm.outbox.models import Delivery
from crm.outbox.services import enqueue

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")


@pytest.fixture
def told(client):
    return lambda: client.get("/api/v1/health").json()


@pytest.fixture
def silent():
    """A server that accepts and never says a word, as one that is frozen."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def database_at(monkeypatch):
    def move(port):
        monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connection.settings_dict, "PORT", port)

    return move


@pytest.fixture
def redis_at(settings):
    def move(port):
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        limits.counters.cache_clear()

    yield move
    limits.counters.cache_clear()


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_all_is_well_with_figures(told):
    body = told()
    assert body["status"] == "ok" and set(body["checks"].values()) == {"ok"}
    assert body["database"]["milliseconds"] > 0 and body["queue"] == {"depth": 0, "oldest_wait_seconds": 0}


@on_postgresql
def test_a_frozen_database_is_down_within_three_seconds_although_the_old_connection_works(
    told, client, database_at, silent
):
    database_at(silent)
    start = monotonic()
    answer = client.get("/health/ready")
    assert monotonic() - start < 3
    assert answer.status_code == 503 and answer.json()["checks"] == {"database": "down", "cache": "ok"}
    assert probes.database_answers() and client.get("/health/live").status_code == 200


@on_postgresql
def test_a_database_that_is_gone_is_down_and_the_rest_is_told_all_the_same(client, database_at):
    database_at(closed_port())
    answer = client.get("/api/v1/health")
    body = answer.json()
    assert answer.status_code == 503 and body["status"] == body["checks"]["database"] == "down"
    assert body["database"] == {"milliseconds": None, "pools": [], "replica_lag_seconds": None}
    assert body["queue"] == {"depth": None, "oldest_wait_seconds": None}
    assert {body["checks"][part] for part in ("outbox", "mail_intake")} == {"degraded"}
    assert body["checks"]["cache"] == "ok"


@pytest.mark.parametrize("kind", ["gone", "frozen"])
def test_without_redis_it_works_and_somebody_should_look(client, told, redis_at, silent, kind):
    redis_at(silent if kind == "frozen" else closed_port())
    body = told()
    assert body["checks"]["redis"] == "degraded" and body["redis"] == {"milliseconds": None}
    assert body["status"] == "degraded" and client.get("/health/ready").status_code == 200


@pytest.mark.redis
def test_redis_that_is_slow_is_degraded(told, settings):
    assert told()["checks"]["redis"] == "ok" and told()["redis"]["milliseconds"] > 0
    settings.HEALTH_SLOWEST_REDIS_MS = 0
    assert told()["checks"]["redis"] == "degraded"


class Forgetting(LocMemCache):
    """A cache whose memory is used up: it takes everything and has nothing."""

    def get(self, *_args, **_options):
        return None


def test_a_cache_that_forgets_at_once_is_down(client, settings):
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.Forgetting"}}
    assert client.get("/health/ready").json()["checks"]["cache"] == "down"
    assert client.get("/api/v1/health").json()["checks"]["cache"] == "down"


def test_a_poor_hit_ratio(told, settings, monkeypatch):
    settings.HEALTH_LEAST_HIT_RATIO = 0.5
    for hits, misses, state in ((400, 600, "degraded"), (600, 400, "ok"), (4, 6, "ok")):
        monkeypatch.setattr(cached, "_counts", Counter({("page", "hits"): hits, ("page", "misses"): misses}))
        body = told()
        assert (body["checks"]["cache_hits"], body["cache"]["hit_ratio"]) == (state, hits / (hits + misses))


def test_something_due_that_waits_and_a_queue_that_is_long(told, settings):
    for number in range(3):
        enqueue("listening", {}, key=f"health:{number}")
    Delivery.objects.filter(key="health:0").update(next_attempt_at=timezone.now() - timedelta(seconds=100))
    assert told()["checks"]["outbox"] == "ok"
    assert told()["queue"]["depth"] == 3 and 100 <= told()["queue"]["oldest_wait_seconds"] < 200
    settings.HEALTH_LONGEST_WAIT = timedelta(seconds=60)
    assert told()["checks"]["outbox"] == "degraded"
    settings.HEALTH_LONGEST_WAIT, settings.HEALTH_LONGEST_QUEUE = timedelta(minutes=5), 2
    assert told()["checks"]["outbox"] == "degraded"


POOL = """
import json, time
from threading import Thread
from django.db import connection, transaction
from crm.core.pool_metrics import note_pool
from crm.core.postgresql.pools import pool_figures
from crm.core.metrics import POOL, POOL_WAITS, POOL_TIMEOUTS
from crm.ops.states import look
connection.ensure_connection()
def wait():
    try: connection.ensure_connection()
    except Exception as error: failed.append(type(error).__name__)
failed, waiting = [], Thread(target=wait)
waiting.start()
while not any(one.waiting for one in pool_figures()): time.sleep(0.01)
with transaction.atomic():  # a first look notes which keys it saw, and other tests count from nothing
    told = look()
    transaction.set_rollback(True)
note_pool()
(pool,) = told.pools
print(json.dumps([str(told.checks["pool"]), pool.largest, pool.waiting, POOL.labels("waiting")._value.get()]))
waiting.join()
note_pool()
print(json.dumps([failed, POOL_WAITS._value.get() >= 1, POOL_TIMEOUTS._value.get()]))
"""


@on_postgresql
def test_a_pool_that_is_used_up():
    """One connection, two who want it: the second waits, is seen, and gives up."""
    given = connection.settings_dict
    url = f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
    pool = {"DB_POOL_SIZE": "1", "DB_POOL_TIMEOUT": "2", "ENVIRONMENT": "testing"}
    ran = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", POOL], env={**os.environ, **pool, "DATABASE_URL": url},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("[")]
    assert lines == [["degraded", 1, 1, 1.0], [["OperationalError"], True, 1.0]], ran.stderr


def test_strangers_learn_no_version_address_or_secret(client, settings):
    told = client.get("/api/v1/health").content.decode() + client.get("/health/ready").content.decode()
    secrets = (settings.SECRET_KEY, str(settings.DATABASES["default"]["NAME"]), "127.0.0.1", "PostgreSQL", "5.2")
    assert not [one for one in secrets if one in told]
