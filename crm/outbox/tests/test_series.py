"""Deliveries of one series go in their order; one that is stuck holds back its own series and no other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.outbox import transports
from crm.outbox.claims import claim
from crm.outbox.draining import drain
from crm.outbox.errors import Deferred, Postponed, Refused, Withheld
from crm.outbox.models import Delivery, Priority, State
from crm.outbox.services import enqueue, enqueue_many
from crm.outbox.tests.deliveries import all_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier(monkeypatch):
    class Carrier:
        def __init__(self):
            self.sent, self.answers = [], {}

        def send(self, delivery, content):
            self.sent.append(content["n"])
            if error := self.answers.get(content["n"]):
                raise error

    made = Carrier()
    monkeypatch.setitem(transports.TRANSPORTS, "test", transports.Transport(made.send, transports.nothing_to_close))
    return made


def take(series, *numbers, **options):
    return [enqueue("test", {"n": one}, key=f"test:{one}", series=series, **options) for one in numbers]


def test_of_a_series_the_first_alone_is_claimed():
    first, _second = take("acme", 1, 2)
    [other] = take("beta", 3)
    assert {one.pk for one in claim("test", 10)} == {first.pk, other.pk}
    assert claim("test", 10) == [], "the second waits for the first, which is being sent"


def test_they_are_sent_in_their_order_within_one_pass(carrier):
    take("acme", 1, 2, 3)
    assert drain() == 3 and carrier.sent == [1, 2, 3]


def test_neither_priority_nor_the_due_moment_breaks_the_order(carrier):
    take("acme", 1)
    [second] = take("acme", 2, priority=Priority.HIGH)
    Delivery.objects.filter(pk=second.pk).update(next_attempt_at=timezone.now() - timedelta(hours=1))
    drain()
    assert carrier.sent == [1, 2]


def test_a_stuck_one_holds_back_its_series_and_no_other(carrier):
    carrier.answers[1] = Deferred("not now")
    take("acme", 1, 2)
    take("beta", 3, 4)
    drain()
    assert carrier.sent == [1, 3, 4]
    carrier.answers.clear()
    all_due()
    drain()
    assert carrier.sent == [1, 3, 4, 1, 2]


def test_one_that_failed_for_good_lets_the_next_one_go(carrier):
    carrier.answers[1] = Refused("never")
    take("acme", 1, 2)
    drain()
    assert carrier.sent == [1, 2]


def test_what_belongs_to_no_series_waits_for_nobody(carrier):
    carrier.answers[1] = Deferred("not now")
    take("", 1, 2)
    drain()
    assert carrier.sent == [1, 2]


def test_one_whose_process_ended_still_holds_the_next_one_back(carrier):
    take("acme", 1, 2)
    claim("test", 1)
    assert drain() == 0 and not carrier.sent


def test_what_is_postponed_counts_no_try_and_what_is_withheld_is_not_sent(carrier):
    until = timezone.now() + timedelta(hours=1)
    carrier.answers |= {1: Postponed("it rests", until), 2: Withheld("not for them")}
    take("", 1, 2)
    drain()
    postponed, withheld = Delivery.objects.order_by("key")
    assert (postponed.state, postponed.attempts, postponed.next_attempt_at) == (State.PENDING, 0, until)
    assert (withheld.state, withheld.last_error) == (State.SUPPRESSED, "not for them")


def test_many_are_enqueued_by_one_statement(django_assert_num_queries, carrier):
    made = [Delivery(kind="test", key=f"many:{number}", series="acme") for number in range(30)]
    for number, one in enumerate(made):
        one.fill({"n": number})
    with django_assert_num_queries(1):
        enqueue_many(made)
        enqueue_many([])
    drain()
    assert carrier.sent == list(range(30))
