"""`make drill`: a database of 1 GB with files is lost and brought back, once to a second between two writes and once
from the last dump onto an empty PostgreSQL; what came back is compared with what there was, and the times are printed.

On a server of its own. DRILL_SCALE=0.01 is a quick look.
"""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pyrage

from benchmarks.cluster import Cluster, new_cluster, stopped
from benchmarks.scratch import Sizes
from tests.services import ROOT

GIGABYTE = 1_000_000_000
# Of the demonstration data, how often 100,000 customers and what belongs to them make a gigabyte.
FULL = 0.56
FILES, FILE_SIZE = 1_000, 200_000
FIRST, SECOND = "Harbour Works, before", "Harbour Works, after"
EVENTS = "public.auditlog_auditevent"


@dataclass
class Drill:
    """`times` are seconds by what was done."""

    cluster: Cluster
    folder: Path
    scale: float
    times: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        identity = pyrage.x25519.Identity.generate()
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.cluster.url("vouch"),
            "REDIS_URL": "",
            "ENVIRONMENT": "development",
            "LOG_LEVEL": "ERROR",
            "DATA_DIR": str(self.folder),
            "MEDIA_ROOT": str(self.media),
            "BACKUP_DIR": str(self.folder / "backups"),
            "BACKUP_WAL_DIR": str(self.cluster.archive),
            "BACKUP_ENCRYPTION_KEY": str(identity.to_public()),
            "BACKUP_DECRYPTION_KEY": str(identity),
            "PYTHONPATH": str(ROOT),
        }

    @property
    def media(self) -> Path:
        return self.folder / "media"

    def ask(self, *words: str, url: str = "") -> str:
        environment = {**self.environment, **({"DATABASE_URL": url} if url else {})}
        done = subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(words)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def manage(self, *words: str, url: str = "") -> str:
        return self.ask("manage.py", *words, url=url)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.times[what] = time.perf_counter() - start
        print(f"{what:<60} {self.times[what]:8.1f} s", flush=True)

    def facts(self, url: str = "") -> dict:
        return json.loads(self.ask("-m", "benchmarks.drill_work", "facts", url=url))

    def write(self, name: str) -> None:
        self.ask("-m", "benchmarks.drill_work", "write", name)
        self.manage("audit_seal", "--skip-checks")

    def sql(self, statement: str, database: str = "postgres") -> list:
        with psycopg.connect(self.cluster.url(database), autocommit=True) as server:
            answer = server.execute(statement)
            return answer.fetchall() if answer.description else []


def main() -> None:
    scale = float(os.environ.get("DRILL_SCALE", "1"))
    with new_cluster() as cluster:
        folder = cluster.folder / "drill"
        folder.mkdir(mode=0o755)
        drill = Drill(cluster, folder, scale)
        fill(drill)
        before = rehearse(drill)
        to_a_moment(drill, *before)
        from_the_dump(drill, before[2])


def fill(drill: Drill) -> None:
    drill.sql("CREATE DATABASE vouch")
    with drill.timed("filled (not part of anything measured)"):
        drill.manage("demo_data", "--migrate", *Sizes(FULL * drill.scale).options)
        for number in range(round(FILES * drill.scale)):
            content = random.Random(number).randbytes(FILE_SIZE)
            path = drill.media / "documents" / f"{number % 256:02x}" / hashlib.sha256(content).hexdigest()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        drill.manage("audit_seal", "--skip-checks")
    ((size,),) = drill.sql("SELECT pg_database_size('vouch')")
    print(f"The database has {size / 1e6:,.0f} MB, the files {len(files(drill)) * FILE_SIZE / 1e6:,.0f} MB.")
    if drill.scale >= 1 and size < GIGABYTE:
        sys.exit("That is less than 1 GB: raise FULL in benchmarks/drill.py.")


def files(drill: Drill) -> dict[str, str]:
    found = (path for path in drill.media.rglob("*") if path.is_file())
    return {str(path.relative_to(drill.media)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def rehearse(drill: Drill) -> tuple[datetime, dict, dict[str, str]]:
    """Backups as by the clock, then the two writes; answers the moment between them and what there was then."""
    with drill.timed("backup: dump, encrypt, files, manifest"):
        print(drill.manage("backup"), end="")
    with drill.timed("backup, again: the files are there"):
        print(drill.manage("backup"), end="")
    with drill.timed("backup_verify: restored, compared, trail, files"):
        print(drill.manage("backup_verify"), end="")
    with drill.timed("backup --base: the whole server"):
        print(drill.manage("backup", "--base"), end="")
    with drill.timed("log: what waited since the beginning"):
        print(drill.manage("backup", "--log"), end="")
    drill.write(FIRST)
    then, there = drill.facts(), files(drill)
    moment = datetime.now(UTC) + timedelta(seconds=1)
    time.sleep(2)
    drill.write(SECOND)
    with drill.timed("log: a commit until it is where backups are kept"):
        ((segment,),) = drill.sql("SELECT pg_walfile_name(pg_switch_wal())")
        while not (drill.cluster.archive / segment).exists():
            time.sleep(0.05)
        print(drill.manage("backup", "--log"), end="")
    return moment, then, there


def to_a_moment(drill: Drill, moment: datetime, then: dict, there: dict[str, str]) -> None:
    """The server's disk and the files are gone."""
    stopped(drill.cluster.data)
    shutil.rmtree(drill.cluster.data)
    shutil.rmtree(drill.media)
    restored = drill.folder / "restored"
    with drill.timed("restore --to: base, log, trail, erasures, files"):
        print(drill.manage("restore", "--to", moment.isoformat(), "--data-dir", str(restored)), end="")
    with drill.cluster.beside(restored) as server:
        url = server.url("vouch")
        with psycopg.connect(url) as database:
            names = {row[0] for row in database.execute("SELECT name FROM customers_customer WHERE name LIKE 'Harb%'")}
        check("the first write is there", FIRST in names)
        check("the second write is not", SECOND not in names)
        check(
            "every table has the rows and the content that it had",
            without_trail(drill.facts(url)) == without_trail(then),
        )
        check("the audit trail verifies", "verified" in drill.manage("audit_verify", url=url))
    check("every file has its content", files(drill) == there)


def without_trail(facts: dict) -> dict:
    """The restore itself leaves an event."""
    return {name: table for name, table in facts["tables"].items() if name != EVENTS}


def from_the_dump(drill: Drill, there: dict[str, str]) -> None:
    """Onto an empty server, without the log."""
    shutil.rmtree(drill.media)
    with new_cluster() as empty:
        url = empty.url("vouch")
        with drill.timed("restore: the newest dump onto an empty PostgreSQL"):
            print(drill.manage("restore", url=url), end="")
        check("the audit trail verifies", "verified" in drill.manage("audit_verify", url=url))
    check("every file has its content", files(drill) == there)


def check(what: str, holds: bool) -> None:
    if not holds:
        sys.exit(f"NOT TRUE: {what}")
    print(f"  true: {what}", flush=True)


if __name__ == "__main__":
    main()
