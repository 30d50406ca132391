"""Bringing a backup back from where it is kept, and opening it; every byte is checked before it is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from crm.ops.backups.files import StoredFile, read_list
from crm.ops.backups.keys import identities
from crm.ops.backups.making import FILES
from crm.ops.backups.manifest import SETS, Manifest
from crm.ops.backups.parts import ENCRYPTED, decrypt
from crm.ops.backups.spool import ensure_room, spool
from crm.ops.backups.stores import Store


@contextmanager
def workplace(needed: float = 0) -> Iterator[Path]:
    """A folder that is gone afterwards. Raises NoSpace where the disk has too little for it."""
    ensure_room(needed)
    with TemporaryDirectory(prefix="reading-", dir=spool()) as folder:
        yield Path(folder)


def room_for(manifest: Manifest) -> int:
    """What is kept and what it becomes, both of each part."""
    return sum(part.size + part.content_size for part in manifest.parts.values())


def fetch(store: Store, manifest: Manifest, role: str, folder: Path) -> Path:
    """The open content of a part. Raises Damaged, NoKey, StoreAway."""
    part = manifest.parts[role]
    kept = folder / f"{part.name}.kept"
    store.get(f"{SETS}{manifest.name}/{part.name}", kept)
    content = decrypt(kept, part, folder / part.name.removesuffix(ENCRYPTED), identities())
    kept.unlink()
    return content


def listed_files(store: Store, manifest: Manifest, folder: Path) -> list[StoredFile]:
    return list(read_list(fetch(store, manifest, FILES, folder)))
