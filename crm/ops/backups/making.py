"""Making a backup, in two steps of which each can fail alone: the dump becomes whole on this machine's disk, and then
goes to its place with the stored files, the manifest last. What cannot go stays, and goes without another dump."""

import errno
import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from auditlog.sealing import seal_pending
from crm.core.ids import uuid7
from crm.ops.backups.databases import current
from crm.ops.backups.erasures import tombstones
from crm.ops.backups.errors import BackupError, NoSpace
from crm.ops.backups.files import LISTED, StoredFile, copy_files, read_list, write_list
from crm.ops.backups.keys import recipients
from crm.ops.backups.manifest import MANIFEST, SETS, Manifest, names_in, read
from crm.ops.backups.parts import PARTIAL, Part, encrypt, flush, unfinished
from crm.ops.backups.spool import DRAFT, ensure_room, spool
from crm.ops.backups.stores import Store, current_store

DATABASE, FILES, ERASURES = "database", "files", "erasures"
FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


def new_name(at: datetime) -> str:
    """By which they sort, also within a second (an id begins with its milliseconds), and which no other run has."""
    unique = uuid7().hex
    return f"{at:%Y%m%dT%H%M%SZ}-{unique[4:12]}{unique[-4:]}"


def dump(name: str, kind: str) -> Path:
    """A folder in the spool with the encrypted dump; whatever goes wrong, nothing of it stays.

    Raises NotEncrypted, ToolMissing, NoSpace, BackupError.
    """
    to, database, start = recipients(), current(), perf_counter()
    database.ready()
    ensure_room(database.room_for_dump * database.size())
    # What waits for its seal would be sealed at another time in a copy than here.
    seal_pending()
    folder = spool() / (name + PARTIAL)
    folder.mkdir(mode=0o700)
    try:
        content = folder / database.dump_name
        with unfinished(content) as partial, database.dumped(partial) as found:
            pass
        parts = {DATABASE: encrypt(content, to), ERASURES: _erasures(folder)}
        at, server = found.pop("at"), database.version()
        seconds = perf_counter() - start
        return _whole(folder, Manifest(name, kind, at, database.vendor, server, parts, found, {}, len(to), seconds))
    except OSError as error:
        raise unwritten(error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unwritten(error: OSError) -> BackupError:
    kind = NoSpace if error.errno in FULL else BackupError
    return kind(f"The backup cannot be written: {error.strerror or error}.")


def _erasures(folder: Path) -> Part:
    """Keyed hashes that name nobody: whoever restores an older backup needs those of the newest."""
    content = folder / "erasures.jsonl"
    with unfinished(content) as partial, partial.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(one) + "\n" for one in tombstones())
    return encrypt(content, [])


def _whole(folder: Path, draft: Manifest) -> Path:
    """The folder gets its name when all of it is on the disk."""
    with unfinished(folder / DRAFT) as partial:
        partial.write_bytes(draft.to_json())
    flush(folder)
    done = folder.rename(spool() / draft.name)
    flush(spool())
    return done


def ship(folder: Path) -> Manifest:
    """From the spool to its place, with the stored files, the manifest last; then the spool is emptied.

    May be repeated. Raises StoreAway and whatever else, and then the folder stays as it was.
    """
    store, start = current_store(), perf_counter()
    draft = Manifest.from_json((folder / DRAFT).read_bytes())
    try:
        listed, found = _files(folder, store)
    except OSError as error:
        raise unwritten(error) from error
    parts = {**draft.parts, FILES: listed}
    for part in parts.values():
        store.put(f"{SETS}{draft.name}/{part.name}", folder / part.name)
    manifest = replace(draft, parts=parts, files=found, seconds=draft.seconds + perf_counter() - start)
    store.write(f"{SETS}{draft.name}/{MANIFEST}", manifest.to_json())
    shutil.rmtree(folder)
    return manifest


def _files(folder: Path, store: Store) -> tuple[Part, dict[str, Any]]:
    """The list is not encrypted: this machine has to read it to know what may be removed. It names no people."""
    work = folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    known = known_files(store, work)
    with unfinished(folder / LISTED) as partial:
        found = write_list(copy_files(store, known, work, recipients()), partial)
    shutil.rmtree(work)
    return encrypt(folder / LISTED, []), found


def known_files(store: Store, work: Path) -> dict[str, StoredFile]:
    """Of the newest backup; none where it cannot be read, and then every file is copied anew."""
    for name in names_in(store)[:1]:
        try:
            listed = read(store, name).parts[FILES]
            store.get(f"{SETS}{name}/{listed.name}", work / "known")
            return {file.name: file for file in read_list(work / "known")}
        except (BackupError, KeyError, OSError):
            return {}
    return {}
