"""Making, changing, rotating, testing, replaying and deleting: what is refused, and what leaves an event."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from accounts.actors import actor_for
from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.errors import Conflict, CrmError, Forbidden, Invalid, NotFound, Stale
from crm.outbox.models import Delivery, State
from crm.outbox.tests.deliveries import all_due
from crm.webhooks import services
from crm.webhooks.catalogue import every_type, types_of
from crm.webhooks.models import Webhook, WebhookTry
from crm.webhooks.replaying import webhook_replay
from customers import services as customers

pytestmark = pytest.mark.django_db


def code_of(refusal):
    return refusal.value.details[0]["code"] if refusal.value.details else refusal.value.code


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"url": "http://hooks.example.com/"}, "url", "address_refused"),
        ({"url": "https://10.0.0.1/"}, "url", "address_refused"),
        ({"url": "https://me:secret@hooks.example.com/"}, "url", "address_refused"),
        ({"url": "https://hooks.example.com/#part"}, "url", "address_refused"),
        ({"url": "nonsense"}, "url", "address_refused"),
        ({"url": "https://[half"}, "url", "address_refused"),
        ({"events": []}, "events", "required"),
        ({"events": ["customer.exploded"]}, "events", "unknown_event"),
        ({"events": ["*.*"]}, "events", "unknown_event"),
        ({"events": "customer.*"}, "events", "invalid"),
        ({"events": ["webhook.test"]}, "events", "unknown_event"),
        ({"changed_fields": ["colour"]}, "changed_fields", "unknown_field"),
        ({"changed_fields": ["amount"], "events": ["customer.*"]}, "changed_fields", "unknown_field"),
    ],
)
def test_what_cannot_work_is_refused_with_its_field(hook, values, field, code):
    with pytest.raises(Invalid) as refusal:
        hook(**values)
    assert refusal.value.details[0]["field"] == field and code_of(refusal) == code
    assert not Webhook.objects.exists()


def test_nobody_listens_to_a_kind_they_may_not_read(owner, receiver, make_user, north):
    reader = actor_for(make_user("key@north.example", role="admin", teams=(north,)), scopes=["webhooks:write"])
    with pytest.raises(Invalid) as refusal:
        services.webhook_create(reader, url=receiver.url, events=["deal.*"])
    assert code_of(refusal) == "out_of_reach"


def test_without_a_name_it_is_called_as_its_host(hook):
    webhook, _secret = hook(name="")
    assert webhook.name == "127.0.0.1"


def test_only_a_person_has_webhooks(receiver):
    with pytest.raises(Forbidden):
        services.webhook_create(Actor.system("test"), url=receiver.url, events=["*"])


def test_a_team_has_so_many_and_no_more(hook, monkeypatch):
    monkeypatch.setattr(services, "MOST_WEBHOOKS", 2)
    hook()
    hook()
    with pytest.raises(Conflict) as refusal:
        hook()
    assert refusal.value.code == "too_many_webhooks" and Webhook.objects.count() == 2


def test_every_pattern_means_something():
    assert set(types_of("*")) == set(every_type()) and len(every_type()) == len(set(every_type()))
    assert types_of("billing_profiles.*") == types_of("billing_profile.*") != []


ACTS = {
    "update": lambda actor, pk: services.webhook_update(actor, pk, name="Other"),
    "rotate": lambda actor, pk: services.webhook_rotate(actor, pk),
    "test": lambda actor, pk: services.webhook_test(actor, pk),
    "replay": lambda actor, pk: webhook_replay(actor, pk, since=timezone.now() - timedelta(days=1)),
    "delete": lambda actor, pk: services.webhook_delete(actor, pk),
}


def left():
    return list(AuditEvent.objects.filter(object_type="webhook").order_by("id").values_list("action", flat=True))


def test_each_act_leaves_its_event_without_a_secret(hook, actor):
    webhook, first = hook()
    seen = [first]
    for name, act in ACTS.items():
        outcome = act(actor, webhook.pk)
        seen += [outcome[1]] if name == "rotate" else []
    words = ("created", "updated", "rotated", "tested", "replayed", "deleted")
    assert left() == [f"webhooks.{word}" for word in words]
    trail = " ".join(AuditEvent.objects.values_list("changes", flat=True))
    assert not [one for one in seen if one.removeprefix("whsec_") in trail] and "whsec_" not in trail


@pytest.mark.parametrize("name", ACTS)
def test_out_of_team_it_is_not_there_and_in_it_a_right_is_needed(hook, make_user, north, south, owner, auditor, name):
    webhook, _secret = hook()
    before = left()
    outsider = actor_for(make_user("admin@south.example", role="admin", teams=(south,)))
    for actor, error in ((outsider, NotFound), (actor_for(owner), NotFound), (actor_for(auditor), Forbidden)):
        with pytest.raises(error):
            ACTS[name](actor, webhook.pk)
    assert left() == before and Webhook.objects.get().version == webhook.version
    assert not Delivery.objects.filter(kind="webhook").exists()


@pytest.fixture
def auditor(make_user):
    """Reads everything, and changes nothing."""
    return make_user("auditor@vouch.example", role="auditor")


def test_a_stale_version_overwrites_nothing(hook, actor):
    webhook, _secret = hook()
    services.webhook_update(actor, webhook.pk, name="Second")
    with pytest.raises(Stale):
        services.webhook_update(actor, webhook.pk, version=webhook.version, name="Third")


def test_during_a_rotation_both_secrets_verify_and_afterwards_the_new_one(hook, actor, customer, receiver, send):
    webhook, old = hook()
    _webhook, new = services.webhook_rotate(actor, webhook.pk, overlap_hours=24)
    customer()
    send()
    during = receiver.got[0]
    assert len(during.headers["webhook-signature"].split()) == 2
    for secret in (old, new):
        Verifier(secret).verify(during.body, during.headers)
    Webhook.objects.update(previous_secret_until=timezone.now() - timedelta(seconds=1))
    customer("Second")
    send()
    after = receiver.got[1]
    Verifier(new).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(old).verify(after.body, after.headers)


def test_a_second_rotation_ends_the_first_and_without_overlap_the_old_one_ends_at_once(
    hook, actor, customer, receiver, send
):
    webhook, first = hook()
    _webhook, second = services.webhook_rotate(actor, webhook.pk)
    _webhook, third = services.webhook_rotate(actor, webhook.pk, overlap_hours=0)
    customer()
    send()
    [got] = receiver.got
    Verifier(third).verify(got.body, got.headers)
    for secret in (first, second):
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(got.body, got.headers)


@pytest.mark.parametrize("hours", [-1, 169])
def test_an_overlap_is_a_week_at_most(hook, actor, hours):
    webhook, _secret = hook()
    with pytest.raises(Invalid):
        services.webhook_rotate(actor, webhook.pk, overlap_hours=hours)


def test_secrets_are_stored_unreadably(hook, actor):
    webhook, old = hook()
    _webhook, new = services.webhook_rotate(actor, webhook.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, previous_secret FROM webhooks_webhook")
        stored = str(cursor.fetchall())
    assert old.removeprefix("whsec_") not in stored and new.removeprefix("whsec_") not in stored
    assert Webhook.objects.get().secret == new and Webhook.objects.get().previous_secret == old


def test_a_test_is_sent_before_all_else_and_also_while_it_is_off(hook, actor, customer, receiver, send):
    webhook, secret = hook()
    customer()
    services.webhook_update(actor, webhook.pk, is_active=False)
    delivery = services.webhook_test(actor, webhook.pk)
    assert send(1) == 1
    [got] = receiver.got
    assert Verifier(secret).verify(got.body, got.headers)["type"] == "webhook.test" and got.id == str(delivery.pk)


def test_a_test_that_fails_is_not_tried_again_and_counts_for_nothing(hook, actor, receiver, send):
    webhook, _secret = hook()
    receiver.answering(500)
    delivery = services.webhook_test(actor, webhook.pk)
    send()
    delivery.refresh_from_db()
    webhook.refresh_from_db()
    assert delivery.state == State.FAILED and WebhookTry.objects.get().status == 500
    assert webhook.failures == 0 and webhook.failing_since is None


def test_a_replay_sends_the_same_id_again_with_the_record_as_it_is_now(hook, actor, customer, receiver, send):
    webhook, _secret = hook(events=["customer.created"])
    acme = customer()
    send()
    customers.customer_update(actor, acme.pk, name="Acme AG")
    [sent] = Delivery.objects.filter(kind="webhook")
    assert webhook_replay(actor, webhook.pk, delivery=sent.pk) == 1
    send()
    assert receiver.ids() == [str(sent.pk)] * 2
    assert [one.said["data"]["record"]["name"] for one in receiver.got] == ["Acme", "Acme AG"]
    assert [one.number for one in WebhookTry.objects.order_by("at", "id")] == [1, 2]


def test_a_stretch_of_time_is_replayed_and_what_lies_outside_is_not(hook, actor, customer, receiver, send):
    webhook, _secret = hook()
    for name in ("Early", "Middle", "Late"):
        customer(name)
    send()
    early, middle, late = Delivery.objects.filter(kind="webhook").order_by("id")
    now = timezone.now()
    for one, hours in ((early, 30), (middle, 20), (late, 10)):
        Delivery.objects.filter(pk=one.pk).update(created_at=now - timedelta(hours=hours))
    stretch = {"since": now - timedelta(hours=25), "until": now - timedelta(hours=15)}
    assert webhook_replay(actor, webhook.pk, **stretch) == 1
    send()
    assert receiver.ids()[3:] == [str(middle.pk)]


def test_only_those_that_ended_as_asked_are_replayed(hook, actor, customer, receiver, send):
    webhook, _secret = hook()
    customer("First")
    customer("Second")
    send()
    failed = Delivery.objects.filter(kind="webhook").order_by("id").first()
    Delivery.objects.filter(pk=failed.pk).update(state=State.FAILED)
    since = timezone.now() - timedelta(hours=1)
    assert webhook_replay(actor, webhook.pk, since=since, states=["failed"]) == 1
    assert Delivery.objects.get(state=State.PENDING).pk == failed.pk


@pytest.mark.parametrize(
    "asked",
    [
        {}, {"until": timezone.now()}, {"since": timezone.now(), "until": timezone.now() - timedelta(days=1)},
        {"since": timezone.now(), "states": ["pending"]},
    ],
)  # fmt: skip
def test_a_replay_of_nothing_in_particular_is_refused(hook, actor, asked):
    webhook, _secret = hook()
    with pytest.raises(Invalid):
        webhook_replay(actor, webhook.pk, **asked)


def test_what_is_on_its_way_is_not_replayed_nor_what_belongs_to_another(hook, actor, customer):
    webhook, _secret = hook()
    other, _secret = hook(name="Other", events=["deal.*"])
    customer()
    [waiting] = Delivery.objects.filter(kind="webhook")
    with pytest.raises(Conflict) as refusal:
        webhook_replay(actor, webhook.pk, delivery=waiting.pk)
    assert refusal.value.code == "nothing_to_replay"
    for nobody in (waiting.pk, "nonsense"):
        with pytest.raises(NotFound):
            webhook_replay(actor, other.pk, delivery=nobody)


def test_one_that_is_off_is_not_replayed(hook, actor):
    webhook, _secret = hook()
    services.webhook_update(actor, webhook.pk, is_active=False)
    with pytest.raises(CrmError) as refusal:
        webhook_replay(actor, webhook.pk, since=timezone.now() - timedelta(days=1))
    assert refusal.value.code == "nothing_to_replay"


def test_a_replayed_one_has_three_days_before_it(hook, actor, customer, receiver, send):
    webhook, _secret = hook()
    customer()
    receiver.usual = (500, {}, b"")
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=4))
    send()
    [failed] = Delivery.objects.filter(kind="webhook")
    assert failed.state == State.FAILED
    webhook_replay(actor, webhook.pk, delivery=failed.pk)
    send()
    failed.refresh_from_db()
    assert failed.state == State.PENDING
    receiver.usual = (200, {}, b"")
    all_due()
    send()
    failed.refresh_from_db()
    assert failed.state == State.SENT


def test_switched_on_again_it_begins_anew(hook, actor):
    webhook, _secret = hook()
    long_ago = timezone.now() - timedelta(days=9)
    Webhook.objects.update(is_active=False, stopped_because="410", failures=9, failing_since=long_ago)
    webhook = services.webhook_update(actor, webhook.pk, is_active=True)
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.failing_since, webhook.stopped_because) == (0, None, "")
