"""The threads: woken by a hint, not stopped by an error, and finished when they are told to."""

import os
import shutil
import signal
import subprocess
import sys
from threading import Event

from crm.ops.workers import Worker

SOON = 10.0


def test_a_hint_wakes_it_and_it_stops_when_told():
    rounds = [Event(), Event()]

    def work(stopping):
        next(one for one in rounds if not one.is_set()).set()
        return False

    worker = Worker("test", work)
    worker.start()
    assert rounds[0].wait(SOON)
    worker.wake()
    assert rounds[1].wait(SOON)
    worker.stop()
    worker.join(SOON)
    assert not worker.is_alive()


def test_an_error_does_not_end_it():
    tries, done = [], Event()

    def work(stopping):
        tries.append(1)
        if len(tries) == 1:
            worker.wake()
            raise RuntimeError("once")
        done.set()
        return False

    worker = Worker("test", work)
    worker.start()
    worker.wake()
    assert done.wait(SOON)
    worker.stop()
    worker.join(SOON)


def test_while_there_is_more_it_does_not_wait():
    left, done = [1, 2, 3], Event()

    def work(stopping):
        left.pop()
        if not left:
            done.set()
        return bool(left)

    worker = Worker("test", work)
    worker.start()
    assert done.wait(SOON)
    worker.stop()


LOOP = """
from crm.outbox.mail import enqueue_mail
enqueue_mail("olive@north.example", "Hello from the loop", "text", key="loop:1")
"""


def test_the_loop_sends_what_another_process_enqueued_and_ends_on_sigterm(migrated_sqlite, tmp_path):
    environment = {**os.environ, "ENVIRONMENT": "development", "DATA_DIR": str(tmp_path), "EMAIL_URL": "console://"}
    environment.pop("DATABASE_URL", None)

    def manage(*words, **options):
        return subprocess.run(
            [sys.executable, "manage.py", *words], env=environment, check=True, capture_output=True, **options
        )

    shutil.copy(migrated_sqlite, tmp_path / "vouch.sqlite3")
    manage("shell", "-c", LOOP)
    with subprocess.Popen(
        [sys.executable, "-u", "manage.py", "outbox_loop"], env=environment, stdout=subprocess.PIPE, text=True
    ) as loop:
        for line in loop.stdout:
            if "Hello from the loop" in line:
                loop.send_signal(signal.SIGTERM)
                break
        loop.communicate(timeout=60)
    assert loop.returncode == 0


LONG = """
import sys
from threading import Event
from time import monotonic, sleep
from crm.core.actor import Actor
from crm.ops import workers
from crm.ops.job_services import job_run_now
from crm.ops.jobs import DAY, TASKS, register_job
from crm.ops.models import Job, JobRun

begun, enough = Event(), Event()

def purge(actor, at):
    begun.set()
    enough.wait(60)
    return "purged"

register_job("long-purge", DAY, purge, "Takes very long")
workers.start_sending()
begun.wait(30)
asked = job_run_now(Actor.system("operator"), Job.objects.get(name="audit-seals").pk)
end = monotonic() + 20
while monotonic() < end and not (run := JobRun.objects.get(pk=asked.pk)).finished_at:
    sleep(0.05)
running = JobRun.objects.get(job="long-purge").finished_at is None
print("sealed:", run.result or run.error or "not run", "while the purge runs:", running)
enough.set()
workers.stop()
"""


def test_no_seal_waits_for_a_job_that_takes_long(migrated_sqlite, tmp_path):
    environment = {**os.environ, "ENVIRONMENT": "development", "DATA_DIR": str(tmp_path), "EMAIL_URL": "console://"}
    environment.pop("DATABASE_URL", None)
    shutil.copy(migrated_sqlite, tmp_path / "vouch.sqlite3")
    told = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", LONG], env=environment, check=True, capture_output=True, text=True
    )
    assert "not run" not in told.stdout and "while the purge runs: True" in told.stdout, told.stdout
