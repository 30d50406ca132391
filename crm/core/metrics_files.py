"""The files in which the processes of a machine count together, and what becomes of those of processes that ended.

prometheus-client leaves the counters of every process that ever was, and reads them all on each scrape; a worker that
is renewed every 500 tasks would fill the disk (prometheus/client_python issue 204). They are added up into one.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict

GONE = "gone"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """One reader at a time: another one must not read what is being added up."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fold_ended(folder: Path) -> int:
    """Adds the counters of ended processes to those of the others that ended; their gauges say nothing any more."""
    ended = [path for path in folder.glob("*.db") if (pid := pid_of(path)) and not is_running(pid)]
    for path in ended:
        if not path.name.startswith("gauge_"):
            add_to(folder / f"{path.stem.partition('_')[0]}_{GONE}.db", path)
        path.unlink()
    return len(ended)


def add_to(sums: Path, ended: Path) -> None:
    into = MmapedDict(str(sums))
    try:
        for key, value, _timestamp, _position in MmapedDict.read_all_values_from_file(str(ended)):
            into.write_value(key, into.read_value(key)[0] + value, 0.0)
    finally:
        into.close()


def pid_of(path: Path) -> int | None:
    """`histogram_123.db` → 123."""
    last = path.stem.rpartition("_")[2]
    return int(last) if last.isdecimal() else None


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
