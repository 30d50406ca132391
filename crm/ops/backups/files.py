"""The stored files: what lies under a name never changes, so each is copied once, and each backup lists them all.

One object a file, not packs of many: an erased file shall be gone when the last backup that lists it is.
"""

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.base import File
from django.core.files.storage import storages

from crm.core.ids import uuid7
from crm.ops.backups.errors import Damaged
from crm.ops.backups.keys import Identity, Recipient
from crm.ops.backups.parts import Part, decrypt, encrypt
from crm.ops.backups.stores import Store

OBJECTS = "files/"
LISTED = "files.jsonl.gz"
AT_ONCE = 4
STORAGE = "documents"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`name` in the product's storage, `object` where backups are kept, and the digests of both."""

    name: str
    object: str
    part: Part

    def as_line(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, line: dict[str, Any]) -> "StoredFile":
        return cls(line["name"], line["object"], Part.of(line["part"]))


def copy_files(store: Store, known: dict[str, StoredFile], folder: Path, to: list[Recipient]) -> Iterator[StoredFile]:
    """Every file of the storage, copied where no earlier backup has it whole. One that is erased meanwhile is left out.

    `known` comes from an earlier backup; what it lists counts only while the store has it in its full length.
    """
    there = {kept.name: kept.size for kept in store.names(OBJECTS)}
    encrypted = bool(to)

    def copied(name: str) -> StoredFile | None:
        old = known.get(name)
        if old and there.get(old.object) == old.part.size and old.part.is_encrypted is encrypted:
            return old
        return _copy(store, name, folder, to)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from filter(None, pool.map(copied, sorted(name for name, _at in storages[STORAGE].names(""))))  # type: ignore[attr-defined]


def _copy(store: Store, name: str, folder: Path, to: list[Recipient]) -> StoredFile | None:
    content = folder / uuid7().hex
    try:
        with storages[STORAGE].open(name) as source, content.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except FileNotFoundError:
        content.unlink(missing_ok=True)
        return None
    part = encrypt(content, to)
    place = f"{OBJECTS}{part.content_sha256[:2]}/{part.name}"
    store.put(place, folder / part.name)
    (folder / part.name).unlink()
    return StoredFile(name, place, part)


def write_list(files: Iterator[StoredFile], target: Path) -> dict[str, Any]:
    """One line each; how many there are and how many bytes they hold."""
    count = size = 0
    with gzip.open(target, "wt", encoding="utf-8") as lines:
        for file in files:
            lines.write(json.dumps(file.as_line()) + "\n")
            count, size = count + 1, size + file.part.content_size
    return {"count": count, "size": size}


def read_list(path: Path) -> Iterator[StoredFile]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield StoredFile.of(json.loads(line))


def check_files(store: Store, files: Iterator[StoredFile], by: list[Identity]) -> int:
    """Reads each copy and opens it. Raises Damaged for the first that is not what was copied."""

    def checked(file: StoredFile) -> int:
        with TemporaryDirectory(prefix="vouch-file-") as folder:
            _fetch(store, file, Path(folder), by)
        return 1

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(checked, files))


def restore_files(store: Store, files: Iterator[StoredFile], folder: Path, by: list[Identity]) -> int:
    """Puts back what the storage lacks or holds otherwise; answers how many. Nothing else is touched."""

    def restored(file: StoredFile) -> int:
        if is_there(file):
            return 0
        content = _fetch(store, file, folder, by)
        if storages[STORAGE].exists(file.name):
            storages[STORAGE].delete(file.name)
        with content.open("rb") as source:
            storages[STORAGE].save(file.name, File(source))
        content.unlink()
        return 1

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(restored, files))


def is_there(file: StoredFile) -> bool:
    """With the content that was backed up."""
    storage = storages[STORAGE]
    if not storage.exists(file.name) or storage.size(file.name) != file.part.content_size:
        return False
    whole = hashlib.sha256()
    with storage.open(file.name) as content:
        while chunk := content.read(1 << 20):
            whole.update(chunk)
    return whole.hexdigest() == file.part.content_sha256


def _fetch(store: Store, file: StoredFile, folder: Path, by: list[Identity]) -> Path:
    kept = folder / f"{uuid7().hex}.kept"
    try:
        store.get(file.object, kept)
        return decrypt(kept, file.part, kept.with_suffix(".content"), by)
    except Damaged as error:
        raise Damaged(f"The file {file.name}: {error.message}") from None
    finally:
        kept.unlink(missing_ok=True)
