"""A second between two writes is restored: the first is there, the second is not. On a PostgreSQL of its own."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from benchmarks.cluster import Cluster, new_cluster, program
from crm.ops.backups.bases import expire_bases
from crm.ops.backups.stores import Folder
from crm.ops.tests.conftest import SECRET, House, flip

NO_SERVER = "left out; to have it, PostgreSQL's own programs: apt-get install postgresql"
pytestmark = [pytest.mark.postgres, pytest.mark.skipif(not program("initdb"), reason=NO_SERVER)]


class Scene:
    """A server with a base, a write, a moment, another write, and the log of all of it where backups are kept."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster, self.folder = cluster, folder
        more = {"BACKUP_WAL_DIR": str(cluster.archive), "BACKUP_ENCRYPTION_KEY": SECRET}
        self.house = House(cluster.url("vouch"), folder, more)
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as server:
            server.execute("CREATE DATABASE vouch")
        self.must("migrate", "--verbosity", "0")
        self.must("backup", "--base")
        self.write("first")
        self.ship()
        self.holds_first = self.log()[-1]
        self.between = datetime.now(UTC) + timedelta(seconds=1)
        time.sleep(2)  # the moment itself is what is tested
        self.write("second")
        self.ship()

    def must(self, *words: str) -> str:
        done = self.house.manage(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def write(self, name: str) -> None:
        with psycopg.connect(self.cluster.url("vouch"), autocommit=True) as database:
            database.execute(
                "INSERT INTO accounts_team (id, created_at, updated_at, version, name, country)"
                " VALUES (gen_random_uuid(), now(), now(), 1, %s, '')",
                [name],
            )

    def ship(self) -> None:
        """The segment in hand is closed, archived and sent, which archive_timeout does by itself."""
        with psycopg.connect(self.cluster.url("postgres"), autocommit=True) as server:
            (segment,) = server.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        end = time.monotonic() + 60
        while not (self.cluster.archive / segment).exists():
            assert time.monotonic() < end, "the segment was not archived"
            time.sleep(0.05)
        self.must("backup", "--log")

    def restore(self, moment: datetime, name: str = "restored"):
        return self.house.manage("restore", "--to", moment.isoformat(), "--data-dir", str(self.folder / name))

    def log(self) -> list[Path]:
        return sorted((self.folder / "backups" / "wal").rglob("*.gz.age"))


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """In a folder that the account `postgres` can reach, which those of pytest are not."""
    with new_cluster() as cluster:
        folder = cluster.folder / "house"
        folder.mkdir(mode=0o755)
        yield Scene(cluster, folder)


def teams(url: str) -> set[str]:
    with psycopg.connect(url) as database:
        return {row[0] for row in database.execute("SELECT name FROM accounts_team")}


def test_the_first_write_is_there_and_the_second_is_not(scene):
    done = scene.restore(scene.between)
    assert done.returncode == 0, done.stderr
    assert "is ready" in done.stdout
    with scene.cluster.beside(scene.folder / "restored") as restored:
        assert teams(restored.url("vouch")) == {"first"}
    assert teams(scene.cluster.url("vouch")) == {"first", "second"}


def test_a_directory_that_is_not_empty_is_left_alone(scene, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious").write_text("data")
    refused = scene.house.manage("restore", "--to", scene.between.isoformat(), "--data-dir", str(tmp_path / "full"))
    assert refused.returncode == 1 and "not empty" in refused.stderr
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["precious"]


def test_a_moment_before_every_base_is_refused(scene):
    refused = scene.restore(scene.between - timedelta(days=1), "early")
    assert refused.returncode == 1 and "No base was whole by" in refused.stderr


def test_a_moment_after_the_log_is_refused_and_not_taken_for_its_end(scene):
    refused = scene.restore(scene.between + timedelta(hours=1), "late")
    assert refused.returncode == 1 and "ends before this moment" in refused.stderr


def test_a_missing_segment_is_named(scene):
    first = scene.holds_first
    kept = first.read_bytes()
    first.unlink()
    try:
        refused = scene.restore(scene.between, "gap")
    finally:
        first.write_bytes(kept)
    assert refused.returncode == 1, refused.stdout
    assert f"{first.name[:24]} of the write-ahead log is missing" in refused.stderr


def test_a_flipped_bit_in_the_log_is_found(scene):
    last = scene.log()[-1]
    kept = last.read_bytes()
    flip(last)
    try:
        refused = scene.restore(scene.between, "flipped")
    finally:
        last.write_bytes(kept)
    assert refused.returncode == 1 and "cannot be decrypted" in refused.stderr


def test_nothing_of_the_log_can_be_read_without_the_key(scene):
    assert scene.log() and all(path.read_bytes().startswith(b"age-encryption.org/v1") for path in scene.log())
    assert not [path for path in scene.cluster.archive.iterdir() if path.suffix == ""], "what is sent is removed here"


def test_bases_past_the_newest_two_go_with_the_log_before_them(scene):
    for _ in range(2):
        scene.must("backup", "--base")
    expire_bases(Folder(scene.folder / "backups"))
    names = sorted(path.name for path in (scene.folder / "backups" / "bases").iterdir())
    assert len(names) == 2
    refused = scene.restore(scene.between, "gone")
    assert refused.returncode == 1 and "the oldest begins at" in refused.stderr
