"""Every delivery reaches its end: after crashes, lost leases, servers that are away, and in its order."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail as mailbox
from django.utils import timezone

from crm.outbox import claims, transports
from crm.outbox.claims import FIRST_DELAY, LEASE, LONGEST_DELAY, MOST_UNFINISHED, begin, claim, delay, succeed
from crm.outbox.draining import drain
from crm.outbox.errors import Deferred, Refused, Unreachable
from crm.outbox.models import Delivery, Priority, State
from crm.outbox.services import enqueue
from crm.outbox.tests.deliveries import all_due, later, mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier(monkeypatch):
    """A transport whose sends are noted, and answered by what the test puts into `answers` (None is a success)."""

    class Carrier:
        def __init__(self):
            self.sent, self.answers, self.closed = [], {}, 0

        def send(self, delivery, content):
            self.sent.append(content["n"])
            if error := self.answers.get(content["n"]):
                raise error

        def close(self):
            self.closed += 1

        def take(self, *numbers, **options):
            return [enqueue("test", {"n": number}, key=f"test:{number}", **options) for number in numbers]

    made = Carrier()
    monkeypatch.setitem(transports.TRANSPORTS, "test", transports.Transport(made.send, made.close))
    return made


def states():
    return dict(Delivery.objects.values_list("payload", "state").order_by("created_at"))


def only(**fields):
    return Delivery.objects.get(**fields)


def test_a_mail_leaves_with_the_id_of_its_row():
    delivery = mail(html="<p>Hello</p>")
    assert drain() == 1
    message = mailbox.outbox[0]
    assert str(delivery.pk) in message.extra_headers["Message-ID"] and message.alternatives[0][0] == "<p>Hello</p>"
    sent = only()
    assert (sent.state, sent.attempts, sent.last_error, sent.lease_token) == (State.SENT, 1, "", None)
    assert sent.finished_at is not None and drain() == 0


def test_a_process_that_ends_between_claim_and_send_loses_nothing(carrier):
    carrier.take(1)
    assert len(claim("test", 10)) == 1
    assert drain() == 0, "its lease still runs"
    later(seconds=LEASE.total_seconds())
    assert drain() == 1 and carrier.sent == [1] and only().attempts == 1


def test_a_process_that_ends_while_it_sends_sends_again_with_the_same_id():
    delivery = mail()
    [claimed] = claim("mail", 10)
    assert begin(claimed)
    transports.TRANSPORTS["mail"].send(claimed, claimed.content())
    later(seconds=LEASE.total_seconds())
    drain()
    assert {message.extra_headers["Message-ID"] for message in mailbox.outbox} == {f"<{delivery.pk}@localhost>"}
    assert len(mailbox.outbox) == 2 and only().attempts == 2


def test_who_lost_the_lease_neither_sends_nor_says_how_it_ended(carrier):
    carrier.take(1)
    [slow] = claim("test", 10)
    later(seconds=LEASE.total_seconds())
    [quick] = claim("test", 10)
    assert not begin(slow) and begin(quick)
    assert not succeed(slow) and only().state == State.PROCESSING
    assert succeed(quick) and only().state == State.SENT


def test_two_claims_share_nothing(carrier):
    carrier.take(*range(5))
    first, second = claim("test", 3), claim("test", 3)
    assert len(first) == 3 and len(second) == 2
    assert not {row.pk for row in first} & {row.pk for row in second}


def test_a_delivery_that_ends_its_process_is_dead_after_five_times_and_the_others_leave(carrier):
    carrier.take(1)
    for _ in range(MOST_UNFINISHED):
        [row] = claim("test", 1)
        assert begin(row)
        later(seconds=LEASE.total_seconds())
    carrier.take(2)
    drain()
    assert carrier.sent == [2] and only(key="test:1").state == State.FAILED
    assert "ended 5 times" in only(key="test:1").last_error


def test_a_refusal_is_the_end_at_once(carrier):
    carrier.take(1, 2)
    carrier.answers[1] = Refused("No such person")
    drain()
    assert states() == {'{"n": 1}': State.FAILED, '{"n": 2}': State.SENT}
    assert only(key="test:1").last_error == "No such person" and drain() == 0


def test_what_may_pass_is_tried_again_later(carrier):
    carrier.take(1)
    carrier.answers[1] = Deferred("Busy")
    drain()
    waiting = only()
    assert (waiting.state, waiting.attempts, waiting.last_error) == (State.PENDING, 1, "Busy")
    carrier.answers.clear()
    all_due()
    drain()
    assert only().state == State.SENT and only().last_error == ""


def test_a_wait_that_the_other_side_asks_for_is_kept(carrier):
    carrier.take(1)
    carrier.answers[1] = Deferred("Too many requests", after=timedelta(minutes=30))
    drain()
    later(minutes=29)
    assert drain() == 0
    later(minutes=2)
    assert drain() == 1


def test_an_error_nobody_expected_is_tried_again_and_kept_in_words(carrier):
    carrier.take(1)
    carrier.answers[1] = KeyError("text")
    drain()
    assert only().state == State.PENDING and only().last_error == "KeyError: 'text'"


def test_after_three_days_it_is_over(carrier):
    carrier.take(1)
    carrier.answers[1] = Deferred("Busy")
    drain()
    later(hours=71)
    drain()
    assert only().state == State.PENDING
    later(hours=2)
    drain()
    assert only().state == State.FAILED and only().attempts == 3


def test_the_three_days_are_those_of_the_database(carrier):
    carrier.take(1)
    carrier.answers[1] = Deferred("Busy")
    with time_machine.travel(timezone.now() + timedelta(hours=73)):
        drain()
    assert only().state == State.PENDING and only().attempts == 1


def test_a_closed_way_is_tried_once_and_the_others_wait_untouched(carrier):
    carrier.take(*range(30))
    carrier.answers[0] = Unreachable("No route")
    assert drain() == 1 and carrier.sent == [0] and carrier.closed == 1
    assert not Delivery.objects.exclude(state=State.PENDING).exists()
    assert Delivery.objects.filter(attempts=0).count() == 29
    carrier.answers.clear()
    drain()
    # The first one may be due again by now: its delay is drawn from nothing upwards.
    assert set(carrier.sent) == set(range(30)) and not Delivery.objects.filter(attempts=0).exists()


def test_one_kind_does_not_wait_for_another(carrier, monkeypatch):
    carrier.take(1)
    mail()
    carrier.answers[1] = Unreachable("No route")
    drain()
    assert len(mailbox.outbox) == 1


def test_what_somebody_waits_for_goes_first(carrier):
    carrier.take(1, priority=Priority.LOW)
    carrier.take(2)
    carrier.take(3, priority=Priority.HIGH)
    drain()
    assert carrier.sent == [3, 2, 1]


def test_a_pass_takes_no_more_than_its_limit(carrier):
    carrier.take(*range(50))
    assert drain(limit=30) == 30 and Delivery.objects.filter(state=State.SENT).count() == 30


def test_a_driver_that_stops_finishes_the_one_in_hand_and_gives_back_the_rest(carrier):
    carrier.take(*range(5))
    drain(stopping=lambda: len(carrier.sent) == 2)
    assert carrier.sent == [0, 1]
    assert Delivery.objects.filter(state=State.PENDING, lease_token=None, attempts=0).count() == 3


def test_looking_for_nothing_writes_nothing(carrier, django_assert_num_queries):
    with django_assert_num_queries(2):
        drain(kinds=["test"])


def test_delays_double_up_to_an_hour_and_are_never_the_same(monkeypatch):
    monkeypatch.setattr(claims._random, "random", lambda: 1.0)
    assert [delay(n).total_seconds() for n in (1, 2, 3)] == [5, 10, 20]
    assert delay(1) == FIRST_DELAY and delay(60) == LONGEST_DELAY
    monkeypatch.undo()
    assert len({delay(5) for _ in range(20)}) > 15
