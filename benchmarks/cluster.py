"""A PostgreSQL server of its own, on a free port and in a folder that is gone afterwards, archiving its log."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "postgres"
SERVERS = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Cluster:
    folder: Path
    port: int

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    def url(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def beside(self, data: Path) -> Iterator["Cluster"]:
        """Another server on a data directory that was restored."""
        other = Cluster(self.folder, free_port())
        started(other, data)
        try:
            yield other
        finally:
            stopped(data)


@contextmanager
def new_cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="vouch-cluster-"))
    folder.chmod(0o755)
    cluster = Cluster(folder, free_port())
    cluster.archive.mkdir()
    own(folder)
    command = ["initdb", "--pgdata", str(cluster.data), "--username=postgres", "--auth=trust", "--encoding=UTF8"]
    as_postgres(*command, "--locale=C.UTF-8", "--no-sync")
    try:
        started(cluster, cluster.data)
        yield cluster
    finally:
        stopped(cluster.data)
        shutil.rmtree(folder, ignore_errors=True)


def started(cluster: Cluster, data: Path) -> None:
    archive = f"{cluster.archive}/%f"
    # As docs/backups.md has it.
    command = (
        f"test ! -f {archive} && cp %p {archive}.partial && sync {archive}.partial && mv {archive}.partial {archive}"
    )
    words = {
        "port": cluster.port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": cluster.folder,
        "archive_mode": "on" if data == cluster.data else "off",
        "archive_command": command,
        "max_wal_size": "2GB",
    }
    options = " ".join(f"-c {name}='{value}'" for name, value in words.items())
    log = cluster.folder / f"server-{cluster.port}.log"
    as_postgres("pg_ctl", "--pgdata", str(data), "--wait", f"--log={log}", f"--options={options}", "start")


def stopped(data: Path) -> None:
    as_postgres("pg_ctl", "--pgdata", str(data), "--wait", "--mode=fast", "stop", check=False)


def program(name: str) -> str:
    """Its path, or nothing."""
    beside = sorted(SERVERS.glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(beside[-1]) if beside else "")


def as_postgres(name: str, *words: str, check: bool = True) -> None:
    """PostgreSQL refuses to run as root."""
    found = program(name)
    options = {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run([found, *words], check=False, stdout=said, stderr=said, cwd="/", **options)
        said.seek(0)
        if check and done.returncode:
            raise RuntimeError(f"{name} failed: {said.read()[-2000:]}")


def own(folder: Path) -> None:
    if os.geteuid() == 0:
        owner = pwd.getpwnam(ACCOUNT)
        for path in (folder, *folder.iterdir()):
            os.chown(path, owner.pw_uid, owner.pw_gid)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
