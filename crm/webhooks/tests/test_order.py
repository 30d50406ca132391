"""What happened to one record is told in its order; what is stuck holds back that record and no other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.ops.states import outbox_state
from crm.ops.waiting import queue
from crm.outbox.claims import begin, claim
from crm.outbox.models import Delivery
from crm.outbox.tests.deliveries import all_due, later
from crm.outbox.transports import TRANSPORTS
from customers import services as customers

pytestmark = pytest.mark.django_db


@pytest.fixture
def renamed(customer, actor):
    """A customer with three events: created, and renamed twice."""

    def make(name):
        made = customer(name)
        for suffix in ("AG", "SE"):
            customers.customer_update(actor, made.pk, name=f"{name} {suffix}")
        return made

    return make


def told(receiver):
    return [(one.said["type"], one.said["data"]["changes"]["name"]["after"]) for one in receiver.got]


def test_the_events_of_a_record_arrive_in_their_order(hook, renamed, receiver, send):
    hook()
    renamed("Acme")
    assert send() == 3
    assert told(receiver) == [
        ("customer.created", "Acme"), ("customer.updated", "Acme AG"), ("customer.updated", "Acme SE"),
    ]  # fmt: skip


def test_a_stuck_one_holds_back_its_record_and_no_other(hook, renamed, receiver, send):
    hook()
    renamed("Acme")
    receiver.answering(500)
    send()
    renamed("Beta")
    send()
    assert [name for _type, name in told(receiver)] == ["Acme", "Beta", "Beta AG", "Beta SE"]
    all_due()
    send()
    assert [name for _type, name in told(receiver)][4:] == ["Acme", "Acme AG", "Acme SE"]


def test_what_waits_behind_a_stuck_one_is_no_fault_of_ours(hook, renamed, receiver, send):
    """Health says `degraded` when something due was not sent for five minutes."""
    hook()
    renamed("Acme")
    receiver.answering(500)
    send()
    first, *others = Delivery.objects.filter(kind="webhook").order_by("id")
    long_ago = timezone.now() - timedelta(hours=1)
    Delivery.objects.filter(pk__in=[one.pk for one in others]).update(next_attempt_at=long_ago)
    Delivery.objects.filter(pk=first.pk).update(next_attempt_at=timezone.now() + timedelta(hours=1))
    assert outbox_state(queue()) == "ok"
    Delivery.objects.filter(pk=first.pk).update(next_attempt_at=long_ago)
    assert outbox_state(queue()) == "degraded"


def test_a_stuck_endpoint_holds_back_no_other_endpoint(hook, renamed, receiver, send):
    hook()
    hook(name="Elsewhere", url=f"{receiver.url}/second")
    renamed("Acme")
    receiver.answering(500)
    send()
    paths = [one.path for one in receiver.got]
    assert sorted(paths) == ["/hook", *["/hook/second"] * 3]


def test_a_crash_between_send_and_note_sends_the_same_id_again(hook, customer, receiver, send):
    hook()
    customer()
    [claimed] = claim("webhook", 10)
    assert begin(claimed)
    TRANSPORTS["webhook"].send(claimed, claimed.content())
    later(minutes=5)
    assert send() == 1
    assert receiver.ids() == [str(claimed.pk)] * 2
    assert receiver.got[0].body == receiver.got[1].body
    assert Delivery.objects.get(pk=claimed.pk).attempts == 2


def test_what_follows_a_crash_still_waits_for_it(hook, renamed, receiver, send):
    hook()
    renamed("Acme")
    claim("webhook", 1)
    assert send() == 0 and not receiver.got
    later(minutes=5)
    send()
    assert [name for _type, name in told(receiver)] == ["Acme", "Acme AG", "Acme SE"]
