"""What goes wrong while a backup is made ends in a clear error, leaves nothing half-written, and hurts no other."""

import resource
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest
from django.db import connection
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from crm.core.actor import Actor
from crm.core.ids import uuid7
from crm.ops.backups import spool
from crm.ops.backups.errors import BackupError, Damaged, NoSpace, Running, StoreAway, ToolMissing
from crm.ops.backups.manifest import SETS, names_in
from crm.ops.backups.retention import expire
from crm.ops.backups.services import STOPPED, backup_run
from crm.ops.backups.stores import current_store
from crm.ops.backups.verification import backup_verify
from crm.ops.models import BackupKind, BackupRun
from crm.ops.tests.conftest import House, store_document

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor.system("backup")
KEYS = {"access_key": "writer", "secret_key": "its-secret"}


def until(condition: Callable[[], Any], seconds: float = 60) -> None:
    """Waits for a condition, and fails where it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def half_written(place: Path) -> list[Path]:
    return [*place.rglob("*.partial"), *(place / "spool").iterdir()]


def test_two_at_once_are_one_and_a_refusal(place):
    with spool.alone(), pytest.raises(Running):
        backup_run(BY)
    assert backup_run(BY).state == "done"


def test_without_the_lock_both_would_work_in_one_spool(place, monkeypatch):
    """The row refuses the second even where the machines, and so their locks, are two."""
    BackupRun.objects.create(name="elsewhere", state="running")
    monkeypatch.setattr("crm.ops.backups.services.tidy_up", lambda actor: None)
    with pytest.raises(Running):
        backup_run(BY)


def test_too_little_room_is_refused_before_anything_is_written(place, monkeypatch):
    good = backup_run(BY)
    monkeypatch.setattr(spool, "RESERVE", 1 << 60)
    with pytest.raises(NoSpace, match="Nothing was written"):
        backup_run(BY)
    monkeypatch.undo()
    assert names_in(current_store()) == [good.name] and not half_written(place)


def limited() -> None:
    """As a full disk: no file may grow past 20 kB."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


@pytest.fixture
def house(migrated_sqlite: Path, tmp_path: Path) -> House:
    file = tmp_path / "vouch.sqlite3"
    file.write_bytes(migrated_sqlite.read_bytes())
    return House(f"sqlite:///{file}", tmp_path)


def test_a_disk_that_fills_in_the_middle(place):
    """The dump itself, in a process whose files may not grow: the one before stays, nothing half-written does."""
    good = backup_run(BY)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises((NoSpace, BackupError)) as refused:
            backup_run(BY, BackupKind.ASKED)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert refused.value.code == "backup_no_space" or connection.vendor == "sqlite"
    failed = BackupRun.objects.get(state="failed")
    assert failed.error and not half_written(place)
    assert names_in(current_store()) == [good.name] and backup_verify(BY).manifest.name == good.name


def test_a_kill_while_files_are_copied_loses_no_dump(house):
    """A pipe that nobody writes to stands where a file should: the run waits there until it is killed."""
    media = house.folder / "media"
    media.mkdir()
    (media / "paper").write_bytes(b"a paper")
    assert house.manage("backup").returncode == 0
    pipe = subprocess.run(["mkfifo", str(media / "stuck")], check=True)
    assert pipe.returncode == 0
    sets = house.folder / "backups" / SETS
    waiting = house.start("backup")
    until(lambda: any((house.folder / "backups" / "spool").glob("*/work")))
    waiting.send_signal(signal.SIGKILL)
    waiting.communicate()
    (dump,) = (house.folder / "backups" / "spool").iterdir()
    written = next(dump.glob("database.*")).stat().st_mtime_ns
    assert len(list(sets.iterdir())) == 1
    (media / "stuck").unlink()
    again = house.manage("backup")
    assert again.returncode == 0, again.stderr
    assert len(list(sets.iterdir())) == 3
    sent = sets / dump.name
    assert (sent / "manifest.json").exists() and next(sent.glob("database.*")).stat().st_mtime_ns == written
    assert house.manage("backup_verify", dump.name).returncode == 0


def fake_tools(folder: Path, script: str) -> Path:
    """PostgreSQL's programs, of which pg_dump is another one."""
    folder.mkdir()
    for name in ("pg_dump", "pg_restore"):
        file = folder / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.mark.postgres
def test_a_client_older_than_the_server_is_refused_before(place, settings, tmp_path):
    settings.BACKUP_POSTGRES_BIN = fake_tools(tmp_path / "bin", "echo 'pg_dump (PostgreSQL) 9.6.24'")
    with pytest.raises(ToolMissing, match=r"9\.6\.24"):
        backup_run(BY)
    assert not half_written(place)


@pytest.mark.postgres
def test_a_client_that_is_not_there_is_told(place, settings, tmp_path):
    (tmp_path / "empty").mkdir()
    settings.BACKUP_POSTGRES_BIN = tmp_path / "empty"
    with pytest.raises(ToolMissing, match="no pg_dump"):
        backup_run(BY)


@pytest.mark.postgres
def test_a_dump_that_fails_is_told_in_its_own_words(place, settings, tmp_path):
    says = "[ \"$1\" = --version ] && echo 'pg_dump 99.1' && exit 0; echo 'server closed the connection' >&2; exit 1"
    settings.BACKUP_POSTGRES_BIN = fake_tools(tmp_path / "bin", says)
    with pytest.raises(BackupError, match="server closed the connection"):
        backup_run(BY)
    assert BackupRun.objects.get().error.startswith("pg_dump failed") and not half_written(place)


@pytest.mark.postgres
def test_a_kill_while_it_dumps_leaves_nothing_and_the_next_run_says_so(place, settings, tmp_path):
    """pg_dump writes some and then waits for ever; the process that made it is killed."""
    good = backup_run(BY)
    says = "[ \"$1\" = --version ] && echo 'pg_dump 99.1' && exit 0\n"
    says += 'for word in "$@"; do case $word in --file=*) echo half > "${word#--file=}";; esac; done\n'
    says += "echo $$ > " + str(tmp_path / "pid") + "; exec sleep 600"
    more = {"BACKUP_POSTGRES_BIN": str(fake_tools(tmp_path / "bin", says)), "BACKUP_DIR": str(place)}
    url = spooling_url()
    process = House(url, tmp_path, more).start("backup")
    until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
    process.send_signal(signal.SIGKILL)
    process.communicate()
    subprocess.run(["kill", (tmp_path / "pid").read_text().strip()], check=False)
    assert half_written(place) and names_in(current_store()) == [good.name]
    assert backup_run(BY, BackupKind.ASKED).state == "done"
    assert BackupRun.objects.get(state="failed").error == STOPPED and not half_written(place)
    assert backup_verify(BY, good.name).manifest.name == good.name


def spooling_url() -> str:
    words = connection.settings_dict
    return f"postgres://{words['USER']}:{words['PASSWORD']}@{words['HOST']}:{words['PORT']}/{words['NAME']}"


class Store:
    """A bucket over real HTTP that can go away and come back with what it holds."""

    def __init__(self, settings: Any) -> None:
        self.port = 0
        self.up()
        place = {"bucket": "kept", "prefix": "vouch/", "endpoint": self.address, "region": "eu-central-1", **KEYS}
        settings.BACKUP_S3 = place
        where = {"aws_access_key_id": "writer", "aws_secret_access_key": "its-secret"}
        self.client = boto3.session.Session().client("s3", endpoint_url=self.address, region_name="us-east-1", **where)
        self.bucket = f"kept-{uuid7().hex[-8:]}"
        self.client.create_bucket(Bucket=self.bucket)
        place["bucket"] = self.bucket

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        application = DomainDispatcherApplication(create_backend_app)
        self.server = make_server("127.0.0.1", self.port, application, threaded=True)
        self.port = self.server.server_port
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def down(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def holds(self) -> list[str]:
        return [one["Key"] for one in self.client.list_objects_v2(Bucket=self.bucket).get("Contents", ())]


@pytest.fixture
def bucket(settings: Any, place: Path) -> Iterator[Store]:
    made = Store(settings)
    yield made
    made.down()


def test_a_bucket_keeps_what_a_folder_keeps(bucket, place):
    store_document(b"a paper")
    run = backup_run(BY)
    assert backup_verify(BY).files == 1
    assert all(key.startswith(("vouch/sets/", "vouch/files/")) for key in bucket.holds())
    assert not half_written(place) and not (place / SETS).exists()
    assert names_in(current_store()) == [run.name]


def test_a_bucket_that_is_away_gets_the_dump_later_and_not_another_one(bucket, place):
    store_document(b"a paper")
    good = backup_run(BY)
    bucket.down()
    with pytest.raises(StoreAway):
        backup_run(BY)
    waits = BackupRun.objects.get(state="unsent")
    (folder,) = (place / "spool").iterdir()
    assert folder.name == waits.name and waits.error
    dumped = next(folder.glob("database.*")).read_bytes()
    with pytest.raises(StoreAway):
        backup_run(BY)
    assert [one.name for one in (place / "spool").iterdir()] == [waits.name], "no second dump while it is away"
    bucket.up()
    assert backup_run(BY).pk == waits.pk
    key = next(key for key in bucket.holds() if waits.name in key and "/database." in key)
    assert bucket.client.get_object(Bucket=bucket.bucket, Key=key)["Body"].read() == dumped
    assert set(names_in(current_store())) == {good.name, waits.name} and not half_written(place)
    assert backup_verify(BY, waits.name).files == 1


def test_an_object_that_is_gone_from_the_bucket_is_found(bucket):
    store_document(b"a paper")
    run = backup_run(BY)
    key = next(key for key in bucket.holds() if "/files/" in key)
    bucket.client.delete_object(Bucket=bucket.bucket, Key=key)
    with pytest.raises(Damaged, match="missing where backups are kept"):
        backup_verify(BY, run.name)


def test_retention_in_a_bucket(bucket):
    first = backup_run(BY)
    second = backup_run(BY)
    assert expire(current_store()) == [first.name] and names_in(current_store()) == [second.name]
    assert not [key for key in bucket.holds() if first.name in key]
