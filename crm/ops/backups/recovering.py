"""Restoring to a moment: a base is unpacked into an empty data directory, the log is replayed up to that moment by a
server that only we can reach, and the directory is left behind, ready for the real one to start on."""

import json
import os
import pwd
import shutil
import subprocess  # nosec B404
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from crm.ops.backups.bases import BASES, bases_in, read_base, server
from crm.ops.backups.databases import Database
from crm.ops.backups.errors import BackupError, NotConfirmed, Unreachable
from crm.ops.backups.fetching import listed_files, room_for, workplace
from crm.ops.backups.files import restore_files
from crm.ops.backups.keys import identities
from crm.ops.backups.manifest import Manifest, names_in, read
from crm.ops.backups.parts import ENCRYPTED, decrypt
from crm.ops.backups.postgres import Postgres, major
from crm.ops.backups.programs import tool
from crm.ops.backups.proving import ask, verify_trail
from crm.ops.backups.restoring import erased_since
from crm.ops.backups.spool import alone
from crm.ops.backups.stores import Store, current_store
from crm.ops.backups.wal import Segment, fetch_log, kept_log, without_gap

ACCOUNT = "postgres"
# Within the server that only we reach; the folder of its socket tells it from others.
PORT = "5499"
# Of postmaster.pid, counted from nought: starting, standby, ready or stopping.
STATE_LINE, LOOKS_EVERY = 7, 0.1
PATIENCE = "86400"  # seconds that a replay may take
NOT_REACHED = "recovery ended before configured recovery target was reached"
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Recovery:
    """`to` has a zone; `data` is empty or not there; `erased` are tombstones from elsewhere."""

    to: datetime
    data: Path
    erased: tuple[dict[str, Any], ...] = ()


def recover(wish: Recovery, tell: Tell) -> Manifest:
    """Raises Unreachable, NotConfirmed, Running, Different, Damaged."""
    store, start, database = current_store(), perf_counter(), server_of_url()
    if wish.data.exists() and any(wish.data.iterdir()):
        raise NotConfirmed(f"{wish.data} is not empty. Move it aside; it is your safety copy.")
    base = base_before(store, wish.to)
    log = kept_log(store, base.extra["system"])
    segments = without_gap(Segment.of(base.extra["start"]), log, wish.to)
    with alone(), workplace(room_for(base)) as folder, TemporaryDirectory(prefix="vouch-recovery-") as place:
        unpack(store, base, folder, wish.data)
        tell(f"Base {base.name} unpacked, {perf_counter() - start:.1f} s")
        wal = Path(place, "wal")
        wal.mkdir()
        wanted = [name for name in log if name.endswith(".history")] + [str(one) for one in segments]
        fetch_log(store, ((name, log[name]) for name in wanted), wal, identities())
        tell(f"{len(segments)} segments of the log fetched, {perf_counter() - start:.1f} s")
        with replaying(database, wish, Path(place)) as restored:
            tell(f"Replayed to {wish.to.isoformat()}, {perf_counter() - start:.1f} s")
            verify_trail(restored, wish.to)
            tell(erase_again(restored, [*wish.erased, *erased_since(store)], folder))
            tell(f"{files_of(store, wish.to, folder)} files put back")
    tell(f"{wish.data} is ready in {perf_counter() - start:.1f} s: start PostgreSQL on it")
    return base


def server_of_url() -> Postgres:
    database: Database = server()
    assert isinstance(database, Postgres)
    return database


def base_before(store: Store, to: datetime) -> Manifest:
    """The newest that was whole by then. Raises Unreachable."""
    names = bases_in(store)
    for name in names:
        base = read_base(store, name)
        if base.at <= to:
            return base
    oldest = f"the oldest begins at {read_base(store, names[-1]).at.isoformat()}" if names else "there is none at all"
    raise Unreachable(f"No base was whole by {to.isoformat()}: {oldest}.")


def unpack(store: Store, base: Manifest, folder: Path, data: Path) -> None:
    """Raises Damaged; what pg_verifybackup finds besides is told as it says it."""
    if unknown := set(base.parts) - {"base.tar.gz", "pg_wal.tar.gz", "backup_manifest"}:
        raise BackupError(f"The server had tablespaces ({', '.join(sorted(unknown))}); restore those by hand.")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for role, target in (("base.tar.gz", data), ("pg_wal.tar.gz", data / "pg_wal"), ("backup_manifest", data)):
        part = base.parts[role]
        kept = folder / "kept"
        store.get(f"{BASES}{base.name}/{part.name}", kept)
        content = decrypt(kept, part, folder / part.name.removesuffix(ENCRYPTED), identities())
        kept.unlink()
        if role.endswith(".tar.gz"):
            with tarfile.open(content) as packed:
                packed.extractall(target, filter="data")
            content.unlink()
        else:
            shutil.move(content, target / role)
    data.chmod(0o700)


@contextmanager
def replaying(database: Postgres, wish: Recovery, place: Path) -> Iterator[Postgres]:
    """A server that only this process reaches, on the moment; stopped afterwards. Raises Unreachable, BackupError."""
    _ensure_same_version(wish.data)
    account = _hand_over(wish.data, place)
    log = place / "server.log"
    options = " ".join(f"-c {name}={_quoted(value)}" for name, value in _settings(wish, place).items())
    control = [tool("pg_ctl"), f"--pgdata={wish.data}", "--wait", f"--timeout={PATIENCE}"]
    started = _as(account, [*control, f"--log={log}", f"--options={options}", "start"])
    if started.returncode or not _promoted(wish.data):
        raise _why(log.read_text(errors="replace") if log.exists() else "", started.stdout)
    try:
        yield replace(database, host=str(place), port=PORT, password="", options={})
    finally:
        _as(account, [*control, "--mode=fast", "stop"])


def _promoted(data: Path) -> bool:
    """Waits until the replay is over, which pg_ctl does not where nobody is answered meanwhile. False: it ended."""
    state = data / "postmaster.pid"
    while True:
        try:
            lines = state.read_text().split("\n")
        except FileNotFoundError:
            return False
        if len(lines) > STATE_LINE and lines[STATE_LINE].strip() == "ready":
            return True
        time.sleep(LOOKS_EVERY)


def _settings(wish: Recovery, place: Path) -> dict[str, str]:
    """On the command line, where nothing that the data directory says can overrule them."""
    for name, line in (("pg_hba.conf", "local all all trust\n"), ("pg_ident.conf", ""), ("postgresql.conf", "")):
        (place / name).write_text(line)
    return {
        "config_file": str(place / "postgresql.conf"),
        "hba_file": str(place / "pg_hba.conf"),
        "ident_file": str(place / "pg_ident.conf"),
        "listen_addresses": "",
        "unix_socket_directories": str(place),
        "port": PORT,
        "hot_standby": "off",
        "archive_mode": "off",
        "logging_collector": "off",
        "log_destination": "stderr",
        "ssl": "off",
        "shared_preload_libraries": "",
        "restore_command": f'cp "{place}/wal/%f" "%p"',
        "recovery_target_time": wish.to.isoformat(sep=" "),
        "recovery_target_action": "promote",
        "recovery_target_timeline": "latest",
    }


def _quoted(value: str) -> str:
    """For the shell that pg_ctl starts the server with."""
    return "'" + value.replace("'", "'\\''") + "'"


def _ensure_same_version(data: Path) -> None:
    (data / "recovery.signal").touch(mode=0o600)
    wanted = (data / "PG_VERSION").read_text().strip()
    said = subprocess.run([tool("pg_ctl"), "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603  # nosec B603
    found = major(said.split()[-1] if ")" not in said else said.split(")", 1)[1].strip())
    if found != major(wanted):
        raise BackupError(f"The base is of PostgreSQL {wanted}, and pg_ctl here of {found}.", code="backup_tool")


def _hand_over(data: Path, place: Path) -> str | None:
    """PostgreSQL refuses to run as root: what it reads then belongs to the account `postgres`."""
    if os.geteuid() != 0:
        return None
    owner = pwd.getpwnam(ACCOUNT)
    for top in (data, place):
        for folder, _folders, files in os.walk(top):
            for path in (folder, *(os.path.join(folder, file) for file in files)):
                os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    return ACCOUNT


def _as(account: str | None, command: list[str]) -> "subprocess.CompletedProcess[str]":
    """Its output goes to a file: the server that pg_ctl starts keeps it open."""
    options: dict[str, Any] = {"user": account, "group": account, "extra_groups": []} if account else {}
    with TemporaryDirectory() as folder:
        said = Path(folder, "said")
        with said.open("w") as output:
            done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False, cwd="/", **options)  # noqa: S603  # nosec B603
        return subprocess.CompletedProcess(command, done.returncode, said.read_text(errors="replace"))


def _why(log: str, said: str) -> BackupError:
    """What the server itself calls fatal."""
    fatal = [line.partition("FATAL:")[2].strip() for line in log.splitlines() if "FATAL:" in line]
    if any(NOT_REACHED in line for line in fatal):
        return Unreachable("The log that is kept ends before this moment, or a segment on the way to it is missing.")
    return BackupError(f"PostgreSQL could not recover: {'; '.join(fatal)[-600:] or said[-600:]}")


def erase_again(restored: Postgres, erased: list[dict[str, Any]], folder: Path) -> str:
    file = folder / "erasures.jsonl"
    file.write_text("".join(json.dumps({"event": "erasure", **one}) + "\n" for one in erased), encoding="utf-8")
    return ask(restored, ["reapply_erasures", str(file)], "People could not be erased again").strip()


def files_of(store: Store, to: datetime, folder: Path) -> int:
    """By the first backup after that moment, which lists what was there then; else by the newest."""
    manifests = [read(store, name) for name in names_in(store)]
    later = [one for one in manifests if one.at >= to]
    chosen = later[-1:] or manifests[:1]
    return sum(restore_files(store, iter(listed_files(store, one, folder)), folder, identities()) for one in chosen)
