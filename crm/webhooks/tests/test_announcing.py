"""What is recorded is enqueued for who listens, in the same transaction, and costs next to nothing."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actors import actor_for
from auditlog.services import record, record_many
from crm.outbox.models import Delivery
from crm.webhooks import services
from customers import services as customers
from customers.models import Customer

pytestmark = pytest.mark.django_db


def told():
    return list(Delivery.objects.filter(kind="webhook").order_by("id").values_list("subject", flat=True))


def test_an_endpoint_gets_what_it_listens_to_and_nothing_else(hook, actor, customer):
    hook(events=["customer.created", "customer.archived"])
    acme = customer()
    customers.customer_update(actor, acme.pk, name="Acme AG")
    customers.customer_archive(actor, acme.pk)
    assert told() == ["customer.created", "customer.archived"]


@pytest.mark.parametrize("pattern", ["*", "customer.*", "customers.*", "customer.created", "customers.created"])
def test_patterns_and_the_words_of_the_trail_are_understood(hook, customer, pattern):
    hook(events=[pattern])
    customer()
    assert told() == ["customer.created"]


def test_a_pattern_of_another_kind_does_not_match(hook, customer):
    hook(events=["deal.*", "contact.created"])
    customer()
    assert told() == []


def test_a_field_filter_lets_through_what_changed_one_of_them(hook, actor, customer):
    hook(events=["customer.*"], changed_fields=["status", "owner"])
    acme = customer(status="prospect")
    customers.customer_update(actor, acme.pk, name="Acme AG")
    customers.customer_update(actor, acme.pk, status="active")
    customers.customer_archive(actor, acme.pk)
    assert told() == ["customer.created", "customer.updated"], "created with a status, and once it changed"


def test_another_teams_endpoint_hears_nothing(hook, make_user, south, customer, receiver):
    other = actor_for(make_user("admin@south.example", role="admin", teams=(south,)))
    services.webhook_create(other, url=receiver.url, events=["*"])
    customer()
    assert told() == []


def test_one_that_is_switched_off_hears_nothing(hook, actor, customer):
    webhook, _secret = hook()
    services.webhook_update(actor, webhook.pk, is_active=False)
    customer()
    assert told() == []


def test_what_is_taken_back_is_not_told(hook, customer):
    hook()
    with transaction.atomic():
        customer()
        transaction.set_rollback(True)
    assert told() == []


def asked(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return [one["sql"] for one in queries]


def test_a_team_without_endpoints_pays_one_query(customer, actor):
    acme = customer()
    sql = asked(lambda: record(actor, "customers.updated", acme, {"name": ("a", "b")}))
    assert len([one for one in sql if "webhooks_webhook" in one]) == 1
    assert not [one for one in sql if "outbox_delivery" in one]
    sql = asked(lambda: record(actor, "teams.updated", None, {"name": ("a", "b")}))
    assert not [one for one in sql if "webhook" in one], "nobody can listen to it"


def test_enqueueing_is_one_insert_however_many_endpoints(hook, customer, actor):
    acme = customer()
    for number in range(5):
        hook(name=f"Hook {number}")
    sql = asked(lambda: record(actor, "customers.updated", acme, {"name": ("a", "b")}))
    inserts = [one for one in sql if "outbox_delivery" in one]
    assert len(inserts) == 1 and inserts[0].startswith("INSERT") and len(told()) == 5
    assert len([one for one in sql if "webhooks_webhook" in one]) == 1


@pytest.mark.parametrize("rows", [3, 30])
def test_many_at_once_cost_as_few_statements_as_one(hook, actor, north, rows):
    hook()
    made = [Customer(name=f"Firm {number}", team=north) for number in range(rows)]
    Customer.objects.bulk_create(made)
    sql = asked(lambda: record_many(actor, "customers.updated", made, {"status": ("prospect", "active")}))
    assert len([one for one in sql if "webhooks_webhook" in one]) == 1
    assert len([one for one in sql if "outbox_delivery" in one]) == 1
    assert len(told()) == rows
