"""One record of each kind in team North, owned by the owner."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.core.actor import Actor
from customers import services
from customers.models import Contact, Customer, Label, Lead, Note


@pytest.fixture
def actor(owner: Any, as_actor: Callable[..., Actor]) -> Actor:
    return as_actor(owner)


@pytest.fixture
def manager(make_user: Callable[..., Any], north: Any) -> Any:
    return make_user("manager@north.example", role="sales_manager", teams=(north,), full_name="Mary Manager")


@pytest.fixture
def acme(north: Any, owner: Any) -> Customer:
    return Customer.objects.create(
        name="Acme", team=north, owner=owner, email="hello@acme.example", domain="acme.example", phone="+493012345678"
    )


@pytest.fixture
def anna(acme: Customer, owner: Any) -> Contact:
    return Contact.objects.create(
        first_name="Anna", last_name="Arendt", customer=acme, team=acme.team, owner=owner, email="anna@acme.example"
    )


@pytest.fixture
def lead(north: Any, owner: Any) -> Lead:
    return Lead.objects.create(last_name="Lindgren", team=north, owner=owner, email="lind@new.example")


@pytest.fixture
def key_account(north: Any, owner: Any) -> Label:
    return Label.objects.create(name="Key account", team=north, owner=owner, tone=3)


@pytest.fixture
def note(actor: Actor, acme: Customer) -> Note:
    return services.note_create(actor, body="Called back", customer=acme)
