"""The folder on this machine where a backup grows until it is whole; and that only one run at a time works in it."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from crm.ops.backups.errors import NoSpace, Running
from crm.ops.backups.stores import LOCK, SPOOL

DRAFT = "draft.json"
RESERVE = 64 << 20  # bytes that stay free, for whoever else needs the disk


def spool() -> Path:
    folder: Path = settings.BACKUP_DIR / SPOOL
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def alone() -> Iterator[None]:
    """Raises Running. The lock ends with its process, however that ends."""
    spool()
    with (settings.BACKUP_DIR / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Running() from None
        yield


def whole() -> list[Path]:
    """What was finished here and did not reach its place, the oldest first."""
    return sorted(folder for folder in spool().iterdir() if (folder / DRAFT).is_file())


def sweep_unfinished() -> None:
    """What a run left whose process ended in the middle."""
    for folder in set(spool().iterdir()) - set(whole()):
        shutil.rmtree(folder)


def ensure_room(needed: float) -> None:
    """Raises NoSpace before anything is written."""
    free = shutil.disk_usage(spool()).free
    if free < needed + RESERVE:
        raise NoSpace(
            f"A backup needs {in_mb(needed + RESERVE)} in {spool()}, and {in_mb(free)} are free. Nothing was written."
        )


def in_mb(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"
