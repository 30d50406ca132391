"""A base for a point in time: pg_basebackup of the whole server, from which the write-ahead log is replayed."""

import json
import shutil
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings

from crm.ops.backups.databases import current
from crm.ops.backups.errors import BackupError
from crm.ops.backups.keys import recipients
from crm.ops.backups.making import unwritten
from crm.ops.backups.manifest import MANIFEST, Manifest
from crm.ops.backups.parts import PARTIAL, encrypt
from crm.ops.backups.postgres import Postgres, ensure_not_older
from crm.ops.backups.programs import run, tool
from crm.ops.backups.spool import ensure_room, spool
from crm.ops.backups.stores import Store, current_store
from crm.ops.backups.wal import Segment, kept_log

BASES = "bases/"
# Bytes of a segment; those who build PostgreSQL with others have to say so.
SEGMENT_SIZE = 16 << 20
ROOM = 1.0
KEEP = 2


def server() -> Postgres:
    """Raises BackupError where there is nothing to replay from."""
    database = current()
    if not isinstance(database, Postgres) or not settings.BACKUP_WAL_DIR:
        raise BackupError("A point in time needs PostgreSQL and BACKUP_WAL_DIR.", code="backup_no_wal")
    return database


def system_of(database: Postgres) -> str:
    """The identifier of the server's data, by which two servers in one bucket stay apart."""
    with database.connect() as connection:
        row = connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
    return str(row[0]) if row else ""


def ensure_archiving(database: Postgres) -> None:
    """Raises BackupError while archive_command fails."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT last_failed_wal FROM pg_stat_archiver"
            " WHERE last_failed_time > coalesce(last_archived_time, '-infinity')"
        ).fetchone()
    if row:
        raise BackupError(
            f"The server cannot archive the segment {row[0]}; its own log says why.", code="backup_no_wal"
        )


def make_base(name: str) -> Manifest:
    """Makes one and brings it to its place; what went wrong leaves nothing. Raises what `dump` and `ship` raise."""
    database, to, start = server(), recipients(), perf_counter()
    ensure_not_older("pg_basebackup", database.version())
    ensure_room(ROOM * _server_size(database))
    folder = spool() / (name + PARTIAL)
    folder.mkdir(mode=0o700)
    try:
        files = folder / "base"
        command = [tool("pg_basebackup"), f"--pgdata={files}", "--format=tar", "--gzip", "--compress=1"]
        command += ["--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256", "--no-password"]
        with run(command, database.environment()):
            pass
        at, extra = _moment(database), {**_where_it_starts(files), "system": system_of(database)}
        parts = {path.name: encrypt(path, to) for path in sorted(files.iterdir())}
        seconds = perf_counter() - start
        manifest = Manifest(
            name, "base", at, database.vendor, database.version(), parts, {}, {}, len(to), seconds, extra
        )
        return _ship(files, manifest, current_store())
    except OSError as error:
        raise unwritten(error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ship(files: Path, manifest: Manifest, store: Store) -> Manifest:
    for part in manifest.parts.values():
        store.put(f"{BASES}{manifest.name}/{part.name}", files / part.name)
    store.write(f"{BASES}{manifest.name}/{MANIFEST}", manifest.to_json())
    return manifest


def _server_size(database: Postgres) -> int:
    with database.connect() as connection:
        row = connection.execute("SELECT sum(pg_database_size(oid)) FROM pg_database WHERE datallowconn").fetchone()
    return int(row[0]) if row else 0


def _moment(database: Postgres) -> datetime:
    """Of the server's clock, when the base was whole: the first moment that it can be taken to."""
    with database.connect() as connection:
        row = connection.execute("SELECT now()").fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment


def _where_it_starts(files: Path) -> dict[str, Any]:
    """As pg_basebackup's own manifest tells: the timeline, and the segment that the replay begins with."""
    (told,) = json.loads((files / "backup_manifest").read_text())["WAL-Ranges"][:1]
    high, _slash, low = told["Start-LSN"].partition("/")
    segment = Segment(told["Timeline"], (int(high, 16) << 32 | int(low, 16)) // SEGMENT_SIZE)
    return {"start": str(segment)}


def bases_in(store: Store) -> list[str]:
    """The newest first."""
    found = (kept.name for kept in store.names(BASES) if kept.name.endswith(f"/{MANIFEST}"))
    return sorted((name.removeprefix(BASES).removesuffix(f"/{MANIFEST}") for name in found), reverse=True)


def read_base(store: Store, name: str, *, trusting: bool = False) -> Manifest:
    text = store.read(f"{BASES}{name}/{MANIFEST}")
    if text is None:
        raise BackupError(f"There is no base {name}.")
    return Manifest.from_json(text, trusting=trusting)


def expire_bases(store: Store) -> list[str]:
    """All but the newest two, and the log that no kept base starts from. May end anywhere and be repeated."""
    names = bases_in(store)
    kept = [read_base(store, name, trusting=True) for name in names[:KEEP]]
    for name in names[KEEP:]:
        store.delete(f"{BASES}{name}/{MANIFEST}")
        for one in list(store.names(f"{BASES}{name}/")):
            store.delete(one.name)
    if len(kept) == KEEP:
        _expire_log(store, kept[-1])
    return names[KEEP:]


def _expire_log(store: Store, oldest: Manifest) -> None:
    start = Segment.of(oldest.extra["start"])
    for name, kept in kept_log(store, oldest.extra["system"]).items():
        if not name.endswith(".history") and Segment.of(name[:24]) < start:
            store.delete(kept.name)
