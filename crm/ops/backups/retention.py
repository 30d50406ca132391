"""Which backups are kept: the newest of each of 7 days, 5 weeks and 12 months; never without the last verified one."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.utils import timezone

from crm.ops.backups.files import OBJECTS, read_list
from crm.ops.backups.making import FILES
from crm.ops.backups.manifest import MANIFEST, SETS, Manifest, names_in, read, read_verified
from crm.ops.backups.stores import Store

DAYS, WEEKS, MONTHS = 7, 5, 12
# What nobody lists may belong to a backup that is being made.
GRACE = timedelta(days=1)

Period = Callable[[datetime], Any]
PERIODS: tuple[tuple[int, Period], ...] = (
    (DAYS, lambda at: at.date()),
    (WEEKS, lambda at: at.isocalendar()[:2]),
    (MONTHS, lambda at: (at.year, at.month)),
)


def to_keep(moments: Iterable[tuple[str, datetime]]) -> set[str]:
    """Of (name, moment): the newest of each of the last days, weeks and months that have one."""
    newest_first = sorted(moments, key=lambda pair: pair[1], reverse=True)
    kept: set[str] = {name for name, _at in newest_first[:1]}
    for number, period in PERIODS:
        found: dict[Any, str] = {}
        for name, at in newest_first:
            found.setdefault(period(timezone.localtime(at, timezone.get_default_timezone())), name)
        kept.update(list(found.values())[:number])
    return kept


def expire(store: Store) -> list[str]:
    """Removes what is past its time, then the files that no backup lists. May end anywhere and be repeated."""
    manifests = [read(store, name, trusting=True) for name in names_in(store)]
    keep = to_keep((one.name, one.at) for one in manifests) | last_verified(store, manifests)
    gone = [one.name for one in manifests if one.name not in keep]
    for name in gone:
        remove(store, name)
    _sweep(store, [one for one in manifests if one.name in keep])
    return gone


def last_verified(store: Store, manifests: Iterable[Manifest]) -> set[str]:
    """The newest backup that was ever verified, however old."""
    for one in sorted(manifests, key=lambda manifest: manifest.at, reverse=True):
        if read_verified(store, one.name):
            return {one.name}
    return set()


def remove(store: Store, name: str) -> None:
    """The manifest first: without it the rest is none, and is swept if this ends half-way."""
    store.delete(f"{SETS}{name}/{MANIFEST}")
    for kept in list(store.names(f"{SETS}{name}/")):
        store.delete(kept.name)


def _sweep(store: Store, manifests: list[Manifest]) -> None:
    before, whole = timezone.now() - GRACE, {one.name for one in manifests}
    listed = set(_listed(store, manifests))
    for kept in list(store.names(SETS)):
        if kept.name.split("/")[1] not in whole and kept.at < before:
            store.delete(kept.name)
    for kept in list(store.names(OBJECTS)):
        if kept.name not in listed and kept.at < before:
            store.delete(kept.name)


def _listed(store: Store, manifests: list[Manifest]) -> Iterator[str]:
    """Raises Damaged where a list cannot be read, and then no file is removed."""
    with TemporaryDirectory(prefix="vouch-lists-") as folder:
        for one in manifests:
            path = Path(folder, one.name)
            store.get(f"{SETS}{one.name}/{one.parts[FILES].name}", path)
            yield from (file.object for file in read_list(path))
            path.unlink()
