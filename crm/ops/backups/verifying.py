"""Verifying a backup: restoring it into a scratch database, comparing, and opening every file."""

import json
from dataclasses import dataclass
from time import perf_counter

from django.utils import timezone

from crm.ops.backups.databases import scratch_beside
from crm.ops.backups.fetching import fetch, listed_files, room_for, workplace
from crm.ops.backups.files import check_files
from crm.ops.backups.keys import identities
from crm.ops.backups.making import DATABASE
from crm.ops.backups.manifest import SETS, VERIFIED, Manifest, read
from crm.ops.backups.proving import prove
from crm.ops.backups.stores import current_store


@dataclass(frozen=True, slots=True)
class Proof:
    manifest: Manifest
    files: int
    seconds: float

    def __str__(self) -> str:
        rows, tables = self.manifest.rows, len(self.manifest.facts["tables"])
        return (
            f"{self.manifest.name}: verified, {rows} rows in {tables} tables, {self.files} files,"
            f" audit trail up to seal {self.manifest.facts['audit'].get('seal', 0)}, {self.seconds:.1f} s"
        )


def verify(name: str) -> Proof:
    """Notes beside the backup that it was verified. Raises Damaged, Different, NoKey, NoSpace, StoreAway."""
    store, start = current_store(), perf_counter()
    manifest = read(store, name)
    with workplace(room_for(manifest)) as folder:
        content = fetch(store, manifest, DATABASE, folder)
        with scratch_beside(manifest.vendor).scratch() as database:
            database.load(content)
            content.unlink()
            prove(database, manifest)
        checked = check_files(store, iter(listed_files(store, manifest, folder)), identities())
    proof = Proof(manifest, checked, perf_counter() - start)
    noted = {"at": timezone.now().isoformat(), "seconds": f"{proof.seconds:.1f}", "files": checked}
    store.write(f"{SETS}{name}/{VERIFIED}", json.dumps(noted).encode())
    return proof
