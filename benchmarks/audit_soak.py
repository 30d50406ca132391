"""`make soak-audit`: 100,000 honest events by 16 writers, with sealing, purges, erasures and legal holds every second.

Then verification must report nothing. BENCH_SCALE=0.05 is a quick look.
"""

import os
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from auditlog.erasing import erase  # noqa: E402
from auditlog.holds import hold_release, hold_set  # noqa: E402
from auditlog.models import AuditEvent, LegalHold  # noqa: E402
from auditlog.purging import purge_events  # noqa: E402
from auditlog.sealing import seal_pending  # noqa: E402
from auditlog.services import record  # noqa: E402
from auditlog.tallies import differences  # noqa: E402
from auditlog.trail import verification  # noqa: E402
from crm.core.actor import Actor, Origin  # noqa: E402

WRITERS, EVENTS = 16, 100_000
ACTOR = Actor(label="Soak", kind="user", origin=Origin("192.0.2.7", "soak", "0" * 32))
OFFICER = Actor.system("soak")
ACTIONS = ("customers.updated", "deals.moved", "users.updated", "contacts.deleted")
RECORD = apps.get_model("customers", "Customer")
# Everyday events are purged while the others are written.
SHORT = {"normal": timedelta(seconds=5), "sensitive": timedelta(days=7)}


def write(number: int) -> None:
    """Short and long transactions, some of which are taken back: commits overtake each other."""
    chance = random.Random(number)
    records = [RECORD(name=f"Acme {one}") for one in range(20)]
    left = round(EVENTS * float(os.environ.get("BENCH_SCALE", "1"))) // WRITERS
    while left > 0:
        some = min(left, chance.choice((1, 1, 1, 20)))
        with transaction.atomic():
            for _ in range(some):
                record(ACTOR, chance.choice(ACTIONS), chance.choice(records), {"name": ("before", f"after {left}")})
            time.sleep(chance.choice((0, 0, 0.02)))
            is_taken_back = chance.random() < 0.05
            transaction.set_rollback(is_taken_back)
        left -= 0 if is_taken_back else some


def seal() -> str:
    settings.AUDIT_RETENTION = SHORT
    return f"{len(seal_pending())} seals"


def purge() -> str:
    return f"{purge_events(OFFICER)} events purged"


def erase_some() -> str:
    pks = AuditEvent.objects.filter(seal__isnull=False, erased_at=None).exclude(action__startswith="audit.")
    return f"{erase(OFFICER, list(pks.order_by('?').values_list('pk', flat=True)[:20]), 'asked')} events erased"


def hold_some() -> str:
    for hold in LegalHold.objects.filter(released_at=None):
        hold_release(OFFICER, hold.pk, reason="soak")
    some = AuditEvent.objects.filter(seal__isnull=False).exclude(object_id="").order_by("?").first()
    if some is None:
        return "nothing to hold"
    hold_set(OFFICER, object_type=some.object_type, object_id=some.object_id, reason="soak")
    return "one record held"


def every_second(work: Callable[[], str], over: Event) -> None:
    while not over.is_set():
        work()
        over.wait(1)


def main() -> None:
    context, began = get_context("fork"), time.monotonic()
    over = context.Event()
    connection.close()
    keepers = [context.Process(target=every_second, args=(work, over)) for work in (seal, purge, erase_some, hold_some)]
    writers = [context.Process(target=write, args=(number,)) for number in range(WRITERS)]
    for process in (*keepers, *writers):
        process.start()
    for process in writers:
        process.join()
    over.set()
    for process in keepers:
        process.join()
    failed = sum(process.exitcode != 0 for process in (*keepers, *writers))
    print(f"{WRITERS} writers were done after {time.monotonic() - began:.0f} s; {failed} processes failed")
    sys.exit(1 if failed or verified() else 0)


def verified() -> int:
    """How many findings there are."""
    print(f"{seal()}, {purge()}, {seal()}")
    run, found = verification()
    findings: list[Any] = [*found, *differences(timezone.now())]
    print(*findings[:20], sep="\n")
    print(f"{run.seals} seals, {run.events} events that are left: {len(findings)} findings")
    return len(findings)


if __name__ == "__main__":
    main()
