"""Two drainers at the same moment, on PostgreSQL: nothing is sent twice, and nobody waits for the other."""

from collections import Counter
from threading import Barrier, Lock

import pytest
from django.db import connection

from accounts.tests.test_api_key_races import at_once
from crm.outbox import claims, draining, transports
from crm.outbox.draining import drain
from crm.outbox.models import Delivery, State
from crm.outbox.services import enqueue

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL: set DATABASE_URL"),
]

DRAINERS, ROWS = 4, 60


@pytest.fixture
def sent(monkeypatch):
    counts, lock = Counter(), Lock()

    def send(delivery, content):
        with lock:
            counts[delivery.pk] += 1

    monkeypatch.setitem(transports.TRANSPORTS, "test", transports.Transport(send, transports.nothing_to_close))
    monkeypatch.setattr("crm.outbox.hints._hints", [])
    for number in range(ROWS):
        enqueue("test", {}, key=f"test:{number}")
    return counts


def everything(seen):
    def claim_without_a_lease(kind, number):
        """What a drainer does that looks and sends."""
        rows = list(claims.due(kind)[:number])
        seen.wait()
        return rows

    return claim_without_a_lease


def test_without_the_lease_they_send_twice(sent, monkeypatch):
    """The lock off first: the race is real."""
    monkeypatch.setattr(draining, "claim", everything(Barrier(DRAINERS, timeout=20)))
    monkeypatch.setattr(draining, "begin", lambda delivery: True)
    at_once(*[lambda: drain(limit=20, kinds=["test"])] * DRAINERS)
    assert max(sent.values()) == DRAINERS


def test_with_it_each_is_sent_once(sent):
    at_once(*[lambda: drain(kinds=["test"])] * DRAINERS)
    assert len(sent) == ROWS and set(sent.values()) == {1}
    assert Delivery.objects.filter(state=State.SENT, attempts=1).count() == ROWS


def test_one_key_enqueued_by_many_at_once_is_one_delivery(sent):
    made = at_once(*[lambda: enqueue("test", {}, key="the-one").pk] * DRAINERS)
    assert len(set(made)) == 1 and Delivery.objects.filter(key="the-one").count() == 1
