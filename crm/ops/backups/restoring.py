"""Restoring: into a new database first, which takes the old one's place only once it is proved to be what was kept."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connections, transaction
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.ids import uuid7
from crm.ops.backups.databases import Database, current
from crm.ops.backups.erasures import erase_again, tombstones
from crm.ops.backups.errors import BackupError, NotConfirmed
from crm.ops.backups.fetching import fetch, listed_files, room_for, workplace
from crm.ops.backups.files import restore_files
from crm.ops.backups.keys import identities
from crm.ops.backups.making import DATABASE, ERASURES
from crm.ops.backups.manifest import Manifest, names_in, read
from crm.ops.backups.postgres import Postgres, ensure_not_older
from crm.ops.backups.proving import prove
from crm.ops.backups.services import describe, make_and_keep, tidy_up
from crm.ops.backups.spool import alone
from crm.ops.backups.sqlite import Sqlite
from crm.ops.backups.stores import Store, current_store
from crm.ops.models import BackupKind, BackupRun, BackupState

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """`confirmed` is the name of the database that may be replaced; `erased` are tombstones from elsewhere."""

    name: str
    confirmed: str = ""
    safety_copy: bool = True
    trusting: bool = False
    erased: tuple[dict[str, Any], ...] = ()


def name_of(database: Database) -> str:
    """As it has to be repeated: of a file, its name without the folder."""
    return database.name if isinstance(database, Postgres) else Path(database.name).name


def restore(actor: Actor, wish: Wish, tell: Tell) -> Manifest:
    """Onto the configured database and storage. Nothing there changes before the copy is restored and proved.

    Raises NotConfirmed, Running, and what fetching, loading and proving raise.
    """
    database, store, start = current(), current_store(), perf_counter()
    manifest = read(store, wish.name, trusting=wish.trusting)
    ensure_fits(database, manifest)
    occupied = not database.is_empty()
    if occupied and wish.confirmed != name_of(database):
        raise NotConfirmed(
            f"The database {name_of(database)} is not empty. To replace it, repeat its name:"
            f" --replace {name_of(database)}. A safety copy is made first."
        )
    with alone():
        erased = [*wish.erased, *erased_since(store)]
        if occupied:
            erased += list(tombstones())
            if wish.safety_copy:
                tell(f"Safety copy: {_safety_copy(actor).name}")
        with workplace(room_for(manifest)) as folder:
            content = fetch(store, manifest, DATABASE, folder)
            put_back = restore_files(store, iter(listed_files(store, manifest, folder)), folder, identities())
            tell(f"{put_back} files put back, the others were there")
            tell(replaced(database, content, manifest))
        connections.close_all()
        again = _settle(actor, store, manifest, erased)
        tell(f"{again} records of erased people erased again")
        tell(f"Restored {manifest.name} of {manifest.at:%Y-%m-%d %H:%M:%S} UTC in {perf_counter() - start:.1f} s")
    return manifest


def ensure_fits(database: Database, manifest: Manifest) -> None:
    if DATABASE not in manifest.parts:
        raise BackupError(f"{manifest.name} is a base for a point in time; restore it with --to.")
    if database.vendor != manifest.vendor:
        raise BackupError(f"{manifest.name} is of {manifest.vendor}, and DATABASE_URL names {database.vendor}.")


def erased_since(store: Store) -> Iterator[dict[str, Any]]:
    """What any backup knows of erasures: people may have been erased after the one that is restored was made."""
    with workplace() as folder:
        for name in names_in(store):
            try:
                manifest = read(store, name, trusting=True)
                content = fetch(store, manifest, ERASURES, folder) if ERASURES in manifest.parts else None
            except BackupError:
                continue
            if content is not None:
                yield from (json.loads(line) for line in content.read_text(encoding="utf-8").splitlines())
                content.unlink()


def _safety_copy(actor: Actor) -> BackupRun:
    tidy_up(actor)
    return make_and_keep(actor, BackupKind.SAFETY)


def replaced(database: Database, content: Path, manifest: Manifest) -> str:
    """Loads and proves a copy, then puts it in place; what was there stays under another name."""
    if isinstance(database, Sqlite):
        return _replace_file(database, content, manifest)
    ensure_not_older("pg_restore", manifest.server)
    ready = database.another(f"{database.name[:40]}_restoring_{uuid7().hex[-8:]}")
    ready.create(database)
    try:
        ready.load(content)
        content.unlink()
        prove(ready, manifest)
        aside = f"{database.name[:40]}_before_{timezone.now():%Y%m%d%H%M%S}"
        had_one = database.exists()
        database.take_over(ready, aside)
    except BaseException:
        ready.drop()
        raise
    return f"What {database.name} held is kept as the database {aside}" if had_one else f"{database.name} was created"


def _replace_file(database: Sqlite, content: Path, manifest: Manifest) -> str:
    """SQLite replaces all pages in one transaction, so that a server that runs sees the old or the new."""
    with database.scratch() as copy:
        copy.load(content)
        prove(copy, manifest)
        database.take_over(copy)
    return "The database file was replaced"


def _settle(actor: Actor, store: Store, manifest: Manifest, erased: list[dict[str, Any]]) -> int:
    """In the restored database: it shows a backup that was running, knows no later ones, and people erased since."""
    again = erase_again(actor, erased)
    with transaction.atomic():
        for name in names_in(store):
            row_of(read(store, name, trusting=True))
        restored = BackupRun.objects.filter(name=manifest.name).first()
        words = {"backup": (None, manifest.name), "moment": (None, manifest.at), "erased_again": (None, again)}
        record(actor, "backups.restored", restored, words)
    return again


def row_of(manifest: Manifest) -> BackupRun:
    """Of a backup that is kept; made where this database does not know it."""
    run = BackupRun.objects.filter(name=manifest.name).first() or BackupRun()
    describe(run, manifest)
    run.state, run.error = BackupState.DONE, ""
    run.started_at = run.started_at or manifest.at
    run.finished_at = run.finished_at or manifest.at
    run.save()
    return run
