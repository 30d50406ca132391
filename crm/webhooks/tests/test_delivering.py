"""A delivery as its receiver sees it, and what each sort of answer leads to."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.calling import Caller
from crm.ops.housekeeping import clean_deliveries
from crm.outbox.models import Delivery, State
from crm.outbox.tests.deliveries import all_due
from crm.webhooks import delivering, services
from crm.webhooks.models import Webhook, WebhookTry
from customers import services as customers
from tests.receiver import dripping, endless, hanging

pytestmark = pytest.mark.django_db


@pytest.fixture
def hurried(monkeypatch):
    """A caller that waits for one second in all, so that a test need not wait for fifteen."""
    monkeypatch.setattr(delivering._own, "caller", Caller(within=1.0), raising=False)
    yield
    delivering.close_callers()


def only():
    return Delivery.objects.get(kind="webhook")


def last_try():
    return WebhookTry.objects.order_by("at", "id").last()


def test_a_delivery_is_signed_as_the_standard_says(hook, customer, receiver, send):
    _webhook, secret = hook()
    acme = customer(email="hello@acme.example")
    assert send() == 1
    [got] = receiver.got
    said = Verifier(secret).verify(got.body, got.headers)
    assert said["type"] == "customer.created" and said["data"]["record"]["email"] == "hello@acme.example"
    assert said["data"]["object"]["id"] == str(acme.pk) and got.id == str(only().pk)
    assert got.headers["content-type"] == "application/json" and got.path == "/hook"
    assert only().state == State.SENT


def test_it_says_what_changed_and_who_did_it(hook, actor, customer, receiver, send):
    hook(events=["customer.updated"])
    acme = customer()
    customers.customer_update(actor, acme.pk, name="Acme AG")
    send()
    data = receiver.got[0].said["data"]
    assert data["version"] == 1 and data["changes"] == {"name": {"before": "Acme", "after": "Acme AG"}}
    assert data["by"] == {"id": str(actor.id), "kind": "user", "door": "page"}
    assert data["record"]["name"] == "Acme AG"


def test_the_record_is_shown_as_the_api_shows_it(hook, admin, api, customer, receiver, send):
    hook()
    acme = customer(status="active", annual_revenue="12.50")
    send()
    assert receiver.got[0].said["data"]["record"] == api(admin).get(f"customers/{acme.pk}/").json()


def test_of_what_is_deleted_its_last_words_are_told(hook, actor, customer, receiver, send):
    acme = customer(external_id="erp-7")
    hook(events=["customer.deleted"])
    customers.customer_delete(actor, acme.pk)
    send()
    data = receiver.got[0].said["data"]
    assert data["record"] is None and data["changes"]["external_id"] == {"before": "erp-7", "after": None}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_success(hook, customer, receiver, send, status):
    hook()
    customer()
    receiver.answering(status)
    send()
    assert only().state == State.SENT and last_try().status == status and last_try().error == ""


@pytest.mark.parametrize("status", [400, 401, 404, 500, 502, 503])
def test_anything_else_is_tried_again_under_the_same_id(hook, customer, receiver, send, status):
    hook()
    customer()
    receiver.answering(status)
    send()
    waiting = only()
    assert waiting.state == State.PENDING and waiting.last_error == f"It answered {status}."
    assert waiting.next_attempt_at > timezone.now() and send() == 0
    all_due()
    send()
    assert only().state == State.SENT and receiver.ids() == [str(waiting.pk)] * 2
    assert [one.status for one in WebhookTry.objects.order_by("at", "id")] == [status, 204]


def test_a_redirect_is_a_failure_and_nobody_goes_there(hook, customer, receiver, send):
    hook()
    customer()
    receiver.answering((302, {"location": "http://169.254.169.254/latest/meta-data"}, b""))
    send()
    assert only().state == State.PENDING and "redirect" in only().last_error and len(receiver.got) == 1


def test_410_switches_off_at_once_and_tells_who_manages_it(hook, customer, receiver, send):
    webhook, _secret = hook()
    customer()
    customer("Second")
    receiver.answering(410)
    send()
    webhook.refresh_from_db()
    assert not webhook.is_active and "410" in webhook.stopped_because and len(receiver.got) == 1
    assert sorted(Delivery.objects.filter(kind="webhook").values_list("state", flat=True)) == ["failed", "suppressed"]
    assert list(AuditEvent.objects.filter(action="webhooks.stopped").values_list("object_id", flat=True)) == [
        str(webhook.pk)
    ]
    mail = Delivery.objects.get(kind="mail", topic="webhook_stopped")
    assert mail.recipient == "admin@north.example" and "Warehouse" in mail.content()["text"]
    assert receiver.url not in mail.content()["text"]


def test_429_with_a_wait_holds_everything_for_that_endpoint_back(hook, customer, receiver, send):
    hook()
    customer()
    customer("Second")
    receiver.answering((429, {"retry-after": "600"}, b"slow down"))
    send()
    assert len(receiver.got) == 1
    for one in Delivery.objects.filter(kind="webhook"):
        wait = one.next_attempt_at - timezone.now()
        assert timedelta(seconds=590) < wait < timedelta(seconds=640)
    assert last_try().answer == "slow down"
    customer("Third")
    assert send() == 0, "what comes later waits, too"


@pytest.mark.parametrize("hours", [1, -1])
def test_a_wait_is_as_long_for_a_worker_whose_clock_is_wrong(hook, customer, receiver, send, hours):
    webhook, _secret = hook()
    customer()
    receiver.answering((429, {"retry-after": "600"}, b"slow down"))
    true = timezone.now()
    with time_machine.travel(true + timedelta(hours=hours)):
        send()
        assert send() == 0
        all_due()
        send()
    assert len(receiver.got) == 1, "it rests by the database's clock"
    webhook.refresh_from_db()
    for until in (webhook.resting_until, only().next_attempt_at):
        assert timedelta(seconds=590) < until - true < timedelta(seconds=640)


def test_a_wait_can_be_a_date_and_is_never_longer_than_a_day(hook, customer, receiver, send):
    hook()
    customer()
    receiver.answering((503, {"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT"}, b""))
    send()
    assert timedelta(hours=23) < only().next_attempt_at - timezone.now() < timedelta(hours=25)


@pytest.mark.parametrize("kind", ["hangs", "drips", "drips its head"])
def test_who_does_not_come_to_an_end_is_broken_off(hook, customer, receiver, send, hurried, kind):
    hook()
    customer()
    receiver.usual = {
        "hangs": hanging(receiver), "drips": dripping(receiver), "drips its head": dripping(receiver, of_body=False),
    }[kind]  # fmt: skip
    began = time.monotonic()
    send()
    assert time.monotonic() - began < 5
    assert only().state == State.PENDING and last_try().status is None and last_try().error
    assert 900 <= last_try().milliseconds < 5000


def test_of_an_oversized_answer_2_kb_are_read(hook, customer, receiver, send):
    hook()
    customer()
    receiver.answering(endless)
    began = time.monotonic()
    send()
    assert time.monotonic() - began < 5
    assert only().state == State.SENT and last_try().answer == "y" * 2048


def test_one_that_nobody_listens_on_rests_with_all_that_waits(hook, customer, receiver, send, actor):
    webhook, _secret = hook(url="http://127.0.0.1:9/hook")
    for number in range(5):
        customer(f"Firm {number}")
    send()
    assert WebhookTry.objects.count() == 1, "the others do not each wait for the same"
    assert "refused" in last_try().error
    webhook.refresh_from_db()
    assert webhook.failures == 1 and webhook.resting_until is not None
    assert send() == 0
    services.webhook_update(actor, webhook.pk, url=receiver.url)
    assert send() == 5 and len(receiver.got) == 5
    assert set(Delivery.objects.filter(kind="webhook").values_list("state", flat=True)) == {State.SENT}


def test_what_was_postponed_is_no_try(hook, customer, receiver, send):
    webhook, _secret = hook()
    customer()
    Webhook.objects.filter(pk=webhook.pk).update(resting_until=timezone.now() + timedelta(hours=1))
    send()
    waiting = only()
    assert (waiting.state, waiting.attempts, waiting.unfinished) == (State.PENDING, 0, 0) and not receiver.got
    assert waiting.next_attempt_at > timezone.now() + timedelta(minutes=50)


def test_five_days_without_a_success_switch_it_off(hook, customer, receiver, send):
    webhook, _secret = hook()
    receiver.usual = (500, {}, b"")
    customer()
    send()
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=timezone.now() - timedelta(days=4, hours=23))
    all_due()
    send()
    webhook.refresh_from_db()
    assert webhook.is_active
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=timezone.now() - timedelta(days=5))
    all_due()
    send()
    webhook.refresh_from_db()
    assert not webhook.is_active and "5 days" in webhook.stopped_because
    assert Delivery.objects.filter(topic="webhook_stopped").count() == 1


def test_a_success_ends_the_count(hook, customer, receiver, send):
    webhook, _secret = hook()
    customer()
    receiver.answering(500)
    send()
    webhook.refresh_from_db()
    assert webhook.failures == 1 and webhook.failing_since
    all_due()
    send()
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.failing_since, webhook.resting_until) == (0, None, None)


def test_after_three_days_a_delivery_is_given_up(hook, customer, receiver, send):
    hook()
    customer()
    receiver.usual = (500, {}, b"")
    Delivery.objects.update(created_at=timezone.now() - timedelta(hours=73))
    send()
    assert only().state == State.FAILED


def test_one_whose_owner_lost_the_right_is_switched_off_and_says_nothing(hook, admin, customer, receiver, send):
    webhook, _secret = hook()
    customer()
    admin.is_active = False
    admin.save()
    send()
    webhook.refresh_from_db()
    assert not receiver.got and not webhook.is_active and "Ada Admin" in webhook.stopped_because
    assert only().state == State.SUPPRESSED


def test_a_deleted_endpoint_gets_nothing_more(hook, actor, customer, receiver, send):
    webhook, _secret = hook()
    customer()
    services.webhook_delete(actor, webhook.pk)
    assert send() == 0 and not receiver.got and only().state == State.CANCELLED


def test_connections_are_kept_within_a_pass(hook, customer, receiver, send):
    hook()
    for number in range(5):
        customer(f"Firm {number}")
    assert send() == 5 and receiver.connections == 1


def test_the_log_has_request_and_answer_and_no_secret(hook, customer, receiver, send):
    _webhook, secret = hook()
    customer()
    receiver.answering((200, {}, b"thanks"))
    send()
    noted = last_try()
    assert noted.answer == "thanks" and noted.number == 1 and noted.url == receiver.url
    assert noted.body.encode() == receiver.got[0].body
    assert noted.headers["webhook-signature"] == receiver.got[0].headers["webhook-signature"]
    assert secret.removeprefix("whsec_") not in f"{noted.headers}{noted.body}{noted.answer}{noted.error}"


def test_a_test_that_goes_well_ends_the_rest_of_all_that_waits(hook, actor, customer, receiver, send):
    webhook, _secret = hook()
    customer()
    customer("Second")
    receiver.answering((503, {"retry-after": "3600"}, b""))
    send()
    assert send() == 0
    services.webhook_test(actor, webhook.pk)
    assert send() == 3 and receiver.types()[1:] == ["webhook.test", "customer.created", "customer.created"]


def test_one_record_that_is_refused_is_not_tried_with_each_success_of_another(hook, customer, receiver, send):
    hook()
    customer()
    receiver.answering(500)
    send()
    customer("Second")
    assert send() == 1 and len(receiver.got) == 2
    assert Delivery.objects.filter(kind="webhook", state=State.PENDING).count() == 1


def test_after_thirty_days_delivery_and_log_are_gone_and_what_waits_is_not(hook, customer, receiver, send):
    hook()
    customer()
    customer("Second")
    receiver.answering(500)
    send()
    assert WebhookTry.objects.count() == 2
    clean_deliveries(Actor.system("test"), timezone.now() + timedelta(days=31))
    [left] = Delivery.objects.filter(kind="webhook")
    assert left.state == State.PENDING and [one.delivery for one in WebhookTry.objects.all()] == [left]


@pytest.fixture
def meanwhile(monkeypatch):
    """`meanwhile(act)`: something happens while the endpoint is being asked."""

    def set_up(act):
        real = Caller.post

        def post(self, *args):
            answer = real(self, *args)
            act()
            return answer

        monkeypatch.setattr(Caller, "post", post)

    return set_up


def test_a_try_is_in_the_log_though_its_lease_was_lost(hook, customer, send, meanwhile):
    hook()
    customer()
    meanwhile(lambda: Delivery.objects.update(lease_token=uuid4()))
    send()
    assert only().state == State.PROCESSING and last_try().status == 204


def test_a_delivery_that_is_removed_during_its_try_leaves_the_others_alone(hook, customer, send, meanwhile):
    webhook, _secret = hook()
    customer()
    meanwhile(Delivery.objects.all().delete)
    assert send() == 1
    assert not Delivery.objects.exists() and last_try() is None
    assert Webhook.objects.get().failures == 0 and webhook.is_active
