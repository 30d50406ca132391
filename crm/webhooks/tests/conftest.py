"""An administrator of team North with a webhook, and a receiver that it leads to."""

import pytest

from accounts.actors import actor_for
from crm.outbox.draining import drain
from crm.webhooks import services
from customers import services as customers
from tests.receiver import receiving


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


@pytest.fixture
def admin(make_user, north):
    return make_user("admin@north.example", role="admin", teams=(north,), full_name="Ada Admin")


@pytest.fixture
def actor(admin):
    return actor_for(admin)


@pytest.fixture
def hook(actor, receiver):
    """`hook(events=…)`: (webhook, secret) of team North."""

    def make(**values):
        return services.webhook_create(actor, **{"url": receiver.url, "events": ["*"], "name": "Warehouse", **values})

    return make


@pytest.fixture
def customer(actor, north):
    """`customer("Acme")`: created, which is an event."""

    def make(name="Acme", **values):
        return customers.customer_create(actor, name=name, team=north, **values)

    return make


@pytest.fixture
def send():
    def run(limit=100):
        return drain(limit, ["webhook"])

    return run
