"""What leaves is what the endpoint's owner may read at that moment; what a reader of the log sees, what they may."""

import json

import pytest

from accounts.actors import actor_for
from accounts.models import Role
from auditlog.services import record
from crm.outbox.models import Delivery, State
from crm.webhooks import services
from crm.webhooks.log import tries_of
from crm.webhooks.models import WebhookTry
from customers import services as customers
from customers.models import Customer, CustomField

pytestmark = pytest.mark.django_db

READING = {"webhooks:read": "team", "webhooks:write": "team", "customers:read": "team", "customers:write": "team"}


@pytest.fixture
def with_role(make_user, north):
    """`with_role({"customers:read": "own"})`: somebody of team North with these grants."""

    def make(grants, name="desk"):
        Role.objects.create(name=name, label=name, grants=grants)
        return make_user(f"{name}@north.example", role=name, teams=(north,))

    return make


@pytest.fixture
def hook_of(receiver):
    def make(user, **values):
        return services.webhook_create(actor_for(user), **{"url": receiver.url, "events": ["*"], **values})

    return make


def only():
    return Delivery.objects.get(kind="webhook")


def test_a_sensitive_field_leaves_with_the_right_and_not_without(
    with_role, hook_of, hook, actor, customer, receiver, send
):
    hook(name="With")
    hook_of(with_role(READING), name="Without")
    acme = customer(tax_id="DE123456789")
    customers.customer_update(actor, acme.pk, tax_id="DE987654321")
    assert send() == 4
    bodies = [one.body.decode() for one in receiver.got]
    assert len([one for one in bodies if "DE987654321" in one]) == 2
    without = [one.said["data"] for one in receiver.got if "DE987654321" not in one.body.decode()]
    assert len(without) == 2
    for data in without:
        assert "tax_id" not in data["record"] and "tax_id" not in data["changes"]
        assert "tax_id" in data["record"]["hidden_fields"]


def test_so_it_is_with_the_last_words_of_what_was_deleted(with_role, hook_of, actor, customer, receiver, send):
    acme = customer(tax_id="DE123456789")
    hook_of(with_role(READING), events=["customer.deleted"])
    customers.customer_delete(actor, acme.pk)
    send()
    data = receiver.got[0].said["data"]
    assert data["changes"]["name"]["before"] == "Acme" and "tax_id" not in data["changes"]


def test_so_it_is_with_a_custom_field(with_role, hook_of, actor, customer, receiver, send):
    CustomField.objects.create(holder="customer", type="text", key="iban", label="IBAN", sensitive="billing")
    hook_of(with_role(READING), events=["customer.updated"])
    acme = customer()
    customers.customer_update(actor, acme.pk, custom_fields={"iban": "DE02120300000000202051"})
    send()
    assert "DE0212" not in receiver.got[0].body.decode()


def test_a_right_that_was_lost_counts_for_what_still_waits(with_role, hook_of, customer, receiver, send):
    person = with_role({**READING, "billing:read": "team"})
    hook_of(person)
    customer(tax_id="DE123456789")
    Role.objects.filter(name="desk").update(grants=READING)
    send()
    assert "DE123456789" not in receiver.got[0].body.decode()


def test_of_others_records_nothing_is_told_where_only_own_ones_may_be_read(
    with_role, hook_of, actor, customer, receiver, send
):
    person = with_role({**READING, "customers:read": "own"})
    hook_of(person)
    customer("Theirs")
    customer("Mine", owner=person)
    gone = customer("Gone")
    customers.customer_delete(actor, gone.pk)
    send()
    assert [one.said["data"]["record"]["name"] for one in receiver.got] == ["Mine"]
    held = Delivery.objects.filter(kind="webhook", state=State.SUPPRESSED)
    assert held.count() == 3 and all("reach" in one.last_error for one in held)


def test_a_kind_that_may_not_be_read_is_not_told_of(with_role, hook_of, actor, north, receiver, send):
    hook_of(with_role(READING))
    customers.lead_create(actor, last_name="Kerr", company_name="Kerr", team=north)
    send()
    assert not receiver.got and only().state == State.SUPPRESSED


def test_a_key_or_token_narrows_what_its_endpoint_sees(admin, receiver, customer, send):
    narrow = actor_for(admin, credential="key", scopes=["webhooks:write", "customers:read"])
    services.webhook_create(narrow, url=receiver.url, events=["*"])
    customer(tax_id="DE123456789")
    send()
    assert "tax_id" not in receiver.got[0].said["data"]["record"]


def test_whoever_saves_it_next_is_whose_rights_count(with_role, hook, customer, receiver, send):
    webhook, _secret = hook()
    person = with_role(READING)
    saved = services.webhook_update(actor_for(person), webhook.pk, description="For the warehouse")
    assert saved.owner_id == person.pk
    customer(tax_id="DE123456789")
    send()
    assert "tax_id" not in receiver.got[0].said["data"]["record"]


def test_a_record_that_moved_to_another_team_is_not_shown_to_the_old_one(hook, customer, south, receiver, send):
    hook()
    acme = customer()
    Customer.objects.filter(pk=acme.pk).update(team=south)
    send()
    assert not receiver.got and only().state == State.SUPPRESSED


def test_a_canary_is_told_of_to_nobody(hook, actor, customer, receiver, send):
    acme = customer()
    hook()
    Customer.objects.filter(pk=acme.pk).update(is_canary=True)
    record(actor, "customers.updated", acme, {"name": ("Acme", "Lure")})
    send()
    assert not receiver.got and only().state == State.SUPPRESSED


def test_a_reader_of_the_log_sees_what_they_may_read_of_the_record(with_role, hook, customer, receiver, send):
    hook()
    customer(tax_id="DE123456789")
    send()
    sent = only()
    reads = {"webhooks:read": "team"}
    blind = actor_for(with_role(reads, "blind"))
    half = actor_for(with_role({**reads, "customers:read": "team"}, "half"))
    whole = actor_for(with_role({**reads, "customers:read": "team", "billing:read": "team"}, "whole"))
    assert tries_of(blind, sent)[0].body == ""
    shown = json.loads(tries_of(half, sent)[0].body)["data"]
    assert shown["record"]["name"] == "Acme" and "DE123456789" not in tries_of(half, sent)[0].body
    assert "DE123456789" in tries_of(whole, sent)[0].body
    assert WebhookTry.objects.count() == 1
