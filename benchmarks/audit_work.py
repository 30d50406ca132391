"""Runs inside the scratch installation: 16 writers with and without the columns of the seals, then seal and verify."""

import os
import resource
import statistics
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
from auditlog.models import AuditEvent  # noqa: E402
from auditlog.sealing import seal_pending  # noqa: E402
from auditlog.services import record, record_many  # noqa: E402
from auditlog.trail import verification  # noqa: E402
from crm.core.actor import Actor, Origin  # noqa: E402

WRITERS = 16
SECONDS = 6.0
ROUNDS = 3
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
    """Medians of alternating rounds, so that a drifting machine favours neither."""
    rounds = [(rate(False), rate(True)) for _ in range(ROUNDS)]
    return statistics.median(one for one, _ in rounds), statistics.median(other for _, other in rounds)


def rate(is_sealed: bool) -> float:
    connection.close()
    context = get_context("fork")
    with context.Pool(WRITERS) as pool:
        return sum(pool.map(write, [is_sealed] * WRITERS)) / SECONDS


def write(is_sealed: bool) -> int:
    """Events one writer records in SECONDS."""
    if not is_sealed:
        services.stamp = unstamped
    written, until = 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        with transaction.atomic():
            record(ACTOR, "customers.updated", None, CHANGES)
        written += 1
    return written


def unstamped(event: AuditEvent) -> AuditEvent:
    event.salt = event.commitment = event.leaf = b""
    return event


if __name__ == "__main__":
    main()
