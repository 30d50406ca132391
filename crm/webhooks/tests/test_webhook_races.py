"""Several workers at the same moment, on PostgreSQL: each delivery once, and those of a record in their order."""

from collections import defaultdict

import pytest
from django.db import connection

from auditlog.models import AuditEvent
from crm.outbox import claims
from crm.outbox.draining import drain
from crm.outbox.models import Delivery, State
from crm.webhooks.models import Webhook
from crm.webhooks.standing import HOUSE, webhook_stop
from customers import services as customers
from tests.meeting import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL: set DATABASE_URL"),
]

WORKERS, RECORDS, RENAMED = 4, 8, 6


@pytest.fixture(autouse=True)
def _nothing_at_once(monkeypatch):
    monkeypatch.setattr("crm.outbox.hints._hints", [])


@pytest.fixture
def waiting(hook, actor, customer):
    hook(events=["customer.updated"])
    made = [customer(f"Firm {number}") for number in range(RECORDS)]
    for step in range(RENAMED):
        for one in made:
            customers.customer_update(actor, one.pk, name=f"{one.name} {step}")


def work():
    while Delivery.objects.filter(kind="webhook", state=State.PENDING).exists():
        drain(100, ["webhook"])


def orders(receiver):
    """Record → the steps as they arrived."""
    found = defaultdict(list)
    for one in receiver.got:
        data = one.said["data"]
        found[data["object"]["id"]].append(data["changes"]["name"]["after"].rpartition(" ")[2])
    return list(found.values())


def test_without_the_order_in_the_claim_a_record_is_told_of_in_any_order(waiting, receiver, monkeypatch):
    """The guard off first: the race is real."""
    every = claims.Delivery.objects.filter
    monkeypatch.setattr(claims, "due", lambda kind: every(state=State.PENDING, kind=kind).order_by("?"))
    at_once([work] * WORKERS)
    assert [one for one in orders(receiver) if one != sorted(one)]


def test_with_it_each_arrives_once_and_in_its_order(waiting, receiver):
    at_once([work] * WORKERS)
    assert orders(receiver) == [[str(step) for step in range(RENAMED)]] * RECORDS
    assert len(set(receiver.ids())) == RECORDS * RENAMED
    assert set(Delivery.objects.filter(kind="webhook").values_list("state", "attempts")) == {(State.SENT, 1)}


def test_an_endpoint_is_switched_off_once_whoever_finds_it_gone(hook):
    webhook, _secret = hook()
    stopped = at_once([lambda: webhook_stop(HOUSE, Webhook.objects.get(pk=webhook.pk), "410")] * WORKERS)
    assert sorted(stopped) == [False, False, False, True]
    assert AuditEvent.objects.filter(action="webhooks.stopped").count() == 1
    assert Delivery.objects.filter(topic="webhook_stopped").count() == 1
