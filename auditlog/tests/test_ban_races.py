"""Many hits at the same moment are one ban, as long as one could tell them apart from a second visit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections
from django.utils import timezone

from auditlog.honeypots.traps import HIT, spring
from auditlog.models import AddressBan, SecurityEvent
from auditlog.tests.strangers import HERE
from crm.core.actor import ANONYMOUS, Origin

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL: set DATABASE_URL"),
]
MANY = 8


def hit_at_once() -> None:
    start = Barrier(MANY)

    def run() -> None:
        try:
            start.wait()
            spring(HIT, replace(ANONYMOUS, origin=Origin(HERE)), "Asked for a copy of the database", path="/dump.sql")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(MANY) as pool:
        for one in [pool.submit(run) for _ in range(MANY)]:
            one.result()


def test_a_scan_in_parallel_is_one_ban_and_every_hit_is_told():
    over = timezone.now() - timedelta(hours=1)
    AddressBan.objects.create(network=HERE, reason="Was here before", until=over, times=1, banned_by="system")
    hit_at_once()
    assert AddressBan.objects.get().times == 2
    assert SecurityEvent.objects.filter(kind="honeypot.hit").count() == MANY
    assert SecurityEvent.objects.filter(kind="address.banned").count() == 1
