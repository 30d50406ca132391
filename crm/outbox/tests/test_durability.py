"""What may be forgotten does not wait for the disk; everything else does, in the same session, too."""

import pytest
from django.db import connection

from crm.outbox import transports
from crm.outbox.draining import drain
from crm.outbox.durability import unhurried
from crm.outbox.services import enqueue
from crm.outbox.transports import TRANSPORTS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="a setting of PostgreSQL: set DATABASE_URL"),
]


def waits():
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return cursor.fetchone()[0]


def test_it_lasts_for_one_transaction():
    usual = waits()
    with unhurried():
        assert waits() == "off"
    assert waits() == usual != "off"
    with unhurried(False):
        assert waits() == usual


def test_only_a_transport_that_may_repeat_is_sent_so(monkeypatch):
    seen = {}
    monkeypatch.setattr("crm.outbox.hints._hints", [])
    begin = "crm.outbox.draining.begin"
    for name, may_repeat in (("light", True), ("heavy", False)):
        made = transports.Transport(lambda *_: None, transports.nothing_to_close, may_repeat=may_repeat)
        monkeypatch.setitem(TRANSPORTS, name, made)
        monkeypatch.setattr(begin, lambda delivery: seen.update({delivery.kind: waits()}) or True)
        enqueue(name, {}, key=name)
        drain(kinds=[name])
    assert seen["light"] == "off" and seen["heavy"] != "off"
    assert TRANSPORTS["webhook"].may_repeat and not TRANSPORTS["mail"].may_repeat
