"""Runs inside the scratch installation: 16 writers with and without the columns of the seals, then seal and verify."""

import os
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from auditlog import append_only, services  # noqa: E402
from auditlog.leaves import stamp  # noqa: E402
from auditlog.models import AuditEvent  # noqa: E402
from auditlog.sealing import seal_pending  # noqa: E402
from auditlog.services import record, record_many  # noqa: E402
from auditlog.trail import verification  # noqa: E402
from crm.core.actor import Actor, Origin  # noqa: E402

WRITERS = 16
SECONDS, TURN = 40.0, 0.5
EVENTS = 1_000_000
BATCH = 10_000
ACTOR = Actor(label="Bench", kind="user", origin=Origin("192.0.2.7", "bench", "0" * 32))
CHANGES = {"status": ("prospect", "active"), "phone": ("", "+442079460000")}


def main() -> None:
    events = max(1000, round(EVENTS * float(sys.argv[1])))
    plain, sealed = compared()
    print(
        f"{WRITERS} writers, one event per transaction: {plain:,.0f}/s without the seal columns, {sealed:,.0f}/s with"
    )
    print(f"ratio {sealed / plain:.3f} (target 0.9 or better)")
    emptied()
    print(f"{events:,} events inserted in {timed(lambda: fill(events)):.1f} s")
    before = peak_memory()
    print(f"sealed in {timed(seal_pending):.1f} s (target 60 for a million), {peak_memory() - before} MB more")
    faults: list[Any] = []
    run, findings = verification()
    print(f"verified in {timed(lambda: faults.extend(findings)):.1f} s (target 60 for a million)")
    print(f"{run.seals} seals, {run.events:,} events, {len(faults)} findings")
    sys.exit(1 if faults else 0)


def emptied() -> None:
    """The events without seal columns are no honest ones: verification would name each."""
    append_only.run(connection, append_only.REMOVE)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE auditlog_auditevent, auditlog_auditseal, auditlog_audittally")
    append_only.run(connection, append_only.INSTALL)


def peak_memory() -> int:
    """MB of this process, at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def timed(work: Callable[[], Any]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def fill(events: int) -> None:
    for _ in range(0, events, BATCH):
        with transaction.atomic():
            record_many(ACTOR, "customers.updated", [None] * BATCH, CHANGES)


def compared() -> tuple[float, float]:
    """Events a second without and with the seal columns, in turns, so that a drifting machine favours neither."""
    connection.close()
    begin = time.monotonic() + 3  # when all of them are there
    with get_context("fork").Pool(WRITERS) as pool:
        written = pool.map(write, [begin] * WRITERS)
    plain, sealed = (sum(counts) / (SECONDS / 2) for counts in zip(*written, strict=True))
    return plain, sealed


def write(begin: float) -> tuple[int, int]:
    """Events one writer records in every other TURN, and in the turns between."""
    written = [0, 0]
    time.sleep(max(0.0, begin - time.monotonic()))
    while (elapsed := time.monotonic() - begin) < SECONDS:
        is_sealed = int(elapsed / TURN) % 2
        services.stamp = stamp if is_sealed else unstamped
        with transaction.atomic():
            record(ACTOR, "customers.updated", None, CHANGES)
        written[is_sealed] += 1
    return written[0], written[1]


def unstamped(event: AuditEvent) -> AuditEvent:
    event.salt = event.commitment = event.leaf = b""
    return event


if __name__ == "__main__":
    main()
