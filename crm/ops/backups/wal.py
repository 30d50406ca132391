"""The write-ahead log on its way: the server's archive_command puts each segment into a folder, and from there it
goes, compressed and encrypted, to where backups are kept. What is there is removed from the folder, never before."""

import gzip
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from crm.ops.backups.errors import Damaged, Unreachable
from crm.ops.backups.keys import Identity, recipients
from crm.ops.backups.parts import CHUNK, ENCRYPTED, decrypt_file, encrypt, unfinished
from crm.ops.backups.stores import Kept, Store

WAL = "wal/"
SEGMENT = re.compile(r"[0-9A-F]{24}")
HISTORY = re.compile(r"[0-9A-F]{8}\.history")
PER_LOG = 0x100  # segments of 16 MB


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """`00000001000000000000002A`: timeline, and the number counted through."""

    timeline: int
    number: int

    @classmethod
    def of(cls, name: str) -> "Segment":
        return cls(int(name[:8], 16), int(name[8:16], 16) * PER_LOG + int(name[16:24], 16))

    def __str__(self) -> str:
        log, number = divmod(self.number, PER_LOG)
        return f"{self.timeline:08X}{log:08X}{number:08X}"


def ship_segments(store: Store, system: str) -> int:
    """How many went; the oldest first, so that what is kept has no gap. Raises StoreAway and leaves the rest."""
    folder, to, count = Path(str(settings.BACKUP_WAL_DIR)), recipients(), 0
    names = (one.name for one in folder.iterdir())
    settings.BACKUP_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(prefix="wal-", dir=settings.BACKUP_DIR) as work:
        for name in sorted(one for one in names if SEGMENT.fullmatch(one) or HISTORY.fullmatch(one)):
            packed = Path(work, f"{name}.gz")
            with (folder / name).open("rb") as content, gzip.open(packed, "wb", compresslevel=1) as target:
                shutil.copyfileobj(content, target, CHUNK)
            part = encrypt(packed, to)
            store.put(f"{WAL}{system}/{part.name}", Path(work, part.name))
            Path(work, part.name).unlink()
            (folder / name).unlink(missing_ok=True)
            count += 1
    return count


def kept_log(store: Store, system: str) -> dict[str, Kept]:
    """Name of the segment or history → what is kept of it."""
    place = f"{WAL}{system}/"
    return {kept.name.removeprefix(place).partition(".gz")[0]: kept for kept in store.names(place)}


def segments_from(start: Segment, log: Iterable[str]) -> list[Segment]:
    """Of the base's timeline those from `start` on, and all of later timelines."""
    found = sorted(Segment.of(name) for name in log if SEGMENT.fullmatch(name))
    return [one for one in found if one.timeline > start.timeline or (one.timeline == start.timeline and one >= start)]


def without_gap(start: Segment, log: dict[str, Kept], until: datetime) -> list[Segment]:
    """What can be replayed from `start` on. Raises Unreachable where a segment is missing that was kept before
    `until`, so that the moment surely lies behind it."""
    found = segments_from(start, log)
    there, expected = set(found), start
    while expected in there:
        expected = Segment(start.timeline, expected.number + 1)
    later = [one for one in found if one.timeline == start.timeline and one > expected]
    if expected == start and not found:
        raise Unreachable(f"No segment of the write-ahead log from {start} on is kept.")
    if later and (expected == start or log[str(Segment(start.timeline, expected.number - 1))].at < until):
        raise Unreachable(
            f"The segment {expected} of the write-ahead log is missing, and later ones are there:"
            f" nothing after it can be restored."
        )
    return [one for one in found if one.timeline > start.timeline or one < expected]


def fetch_log(store: Store, kept: Iterable[tuple[str, Kept]], folder: Path, by: list[Identity]) -> None:
    """Each as the server wrote it. Raises Damaged, NoKey, StoreAway."""
    for name, one in kept:
        raw = folder / "raw"
        store.get(one.name, raw)
        packed = raw
        if one.name.endswith(ENCRYPTED):
            packed = folder / "packed"
            decrypt_file(raw, packed, by)
        with unfinished(folder / name) as partial:
            _unpack(packed, partial, name)
        for path in (raw, packed):
            path.unlink(missing_ok=True)


def _unpack(packed: Path, target: Path, name: str) -> None:
    try:
        with gzip.open(packed) as content, target.open("wb") as segment:
            shutil.copyfileobj(content, segment, CHUNK)
    except (OSError, EOFError) as error:
        raise Damaged(f"The segment {name} of the write-ahead log is damaged: {error}.") from None
