"""Celery only makes it sooner: a broker that is away costs no request anything, the sweep finds what no hint told."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from threading import Event, Timer
from time import monotonic

import pytest
from kombu.exceptions import OperationalError

from crm import celery
from crm.ops import workers
from crm.ops.jobs import QUEUES
from crm.outbox import hints
from crm.outbox.transports import TRANSPORTS
from tests import services


@pytest.fixture
def broker_at():
    def point(port):
        celery.app.conf.broker_url = f"redis://127.0.0.1:{port}/0"
        celery.app._pool = None
        celery.app.amqp._producer_pool = None

    before = celery.app.conf.broker_url
    yield point
    celery.app.conf.broker_url = before
    celery.app._pool = None
    celery.app.amqp._producer_pool = None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_broker_that_refuses_is_given_up_within_two_seconds(broker_at):
    broker_at(free_port())
    start = monotonic()
    with pytest.raises(OperationalError):
        celery.publish("mail")
    assert monotonic() - start < 2


def test_a_broker_that_hangs_keeps_no_request_waiting(monkeypatch):
    hanging, asked = Event(), Event()

    def publish(kind):
        asked.set()
        hanging.wait(20)

    monkeypatch.setattr(celery, "publish", publish)
    monkeypatch.setattr(hints, "_hints", [])
    celery.start_publishing()
    try:
        assert asked.wait(10)
        start = monotonic()
        for _ in range(100):
            hints._hint("mail")
        assert monotonic() - start < 0.5
    finally:
        hanging.set()
        workers.stop()


def test_every_kind_and_queue_is_swept():
    swept = {tuple(entry["args"]) for entry in celery.app.conf.beat_schedule.values()}
    assert swept == {(name,) for name in (*TRANSPORTS, *QUEUES)}


def test_no_task_lives_longer_than_its_message_stays_hidden():
    visible_again = celery.app.conf.broker_transport_options["visibility_timeout"]
    assert all(task.time_limit < visible_again for task in (celery.drain_due, celery.run_jobs))


@pytest.mark.parametrize("moved", [timedelta(hours=1), timedelta(hours=-1), timedelta()])
def test_a_clock_that_is_set_makes_no_sweep_wait(monkeypatch, moved):
    """Each entry again, and no later than a sweep's distance after it was set."""
    sent = []
    scheduler = celery.SteadyScheduler(celery.app, lazy=True)
    monkeypatch.setattr(scheduler, "apply_async", lambda entry, **_values: sent.append(entry.name))
    now = {"at": datetime(2026, 11, 28, 12, tzinfo=UTC)}
    monkeypatch.setattr(celery.app, "now", lambda: now["at"])
    monkeypatch.setattr(celery, "time", lambda: now["at"].timestamp())
    scheduler.setup_schedule()
    everything = set(celery.app.conf.beat_schedule)

    def run(seconds):
        sent.clear()
        for _second in range(seconds):
            for _entry in everything:
                scheduler.tick()
            now["at"] += timedelta(seconds=1)
        return set(sent)

    assert run(20) == everything
    now["at"] += moved
    assert run(20) == everything


def test_a_hint_outlives_any_difference_between_two_clocks():
    assert timedelta(hours=1).total_seconds() <= celery.EXPIRES


ENQUEUE = """
from crm.outbox.mail import enqueue_mail
enqueue_mail("olive@north.example", "Hello from the sweep", "text", key="sweep:1")
"""
WORKER = ["-m", "celery", "-A", "crm.celery", "worker", "-B", "-Q", ",".join(("mail", *QUEUES)), "--concurrency", "1"]


@pytest.fixture
def redis_broker():
    return os.environ["REDIS_URL"]


@pytest.fixture
def rabbit_broker():
    """A virtual host that nobody else has, as queues are durable there."""
    address = services.rabbitmq()
    if address is None:
        pytest.skip("No RabbitMQ: start one on 127.0.0.1:5672 with its management commands, or set TEST_RABBITMQ_URL")
    return address


@pytest.fixture
def worker_environment(migrated_sqlite, tmp_path):
    shutil.copy(migrated_sqlite, tmp_path / "vouch.sqlite3")
    return {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        **{"ENVIRONMENT": "development", "DATA_DIR": str(tmp_path), "EMAIL_URL": "console://"},
        **{"REMAP_SIGTERM": "SIGQUIT", "LOG_LEVEL": "WARNING"},
    }


@pytest.mark.parametrize(
    "broker", [pytest.param("redis_broker", marks=pytest.mark.redis), pytest.param("rabbit_broker")]
)
def test_a_worker_sends_what_no_hint_told_it_and_ends_on_sigterm(broker, request, worker_environment, tmp_path):
    environment = {**worker_environment, "CELERY_BROKER_URL": request.getfixturevalue(broker)}
    enqueue = [sys.executable, "manage.py", "shell", "-c", ENQUEUE]
    subprocess.run(enqueue, env=environment, check=True, capture_output=True)
    command = [sys.executable, "-u", *WORKER, "-s", str(tmp_path / "beat")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    # A group of its own: a worker that is killed leaves a child, which would hold the pipe open for good.
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as worker:
        overdue = Timer(300, os.killpg, (worker.pid, signal.SIGKILL))
        overdue.start()
        sent = any("Hello from the sweep" in line for line in worker.stdout)
        worker.send_signal(signal.SIGTERM)
        worker.communicate()
        overdue.cancel()
    assert sent and worker.returncode == 0
