"""A customer of each team, and ways to keep a view."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.core.actor import Actor
from crm.lists.services import view_create
from customers.models import Customer


@pytest.fixture
def actor(owner: Any, as_actor: Callable[..., Actor]) -> Actor:
    return as_actor(owner)


@pytest.fixture
def manager(make_user: Callable[..., Any], north: Any) -> Any:
    return make_user("manager@north.example", role="sales_manager", teams=(north,), full_name="Mary Manager")


@pytest.fixture
def both_teams(north: Any, south: Any, owner: Any, outsider: Any) -> dict[str, Customer]:
    return {
        "active": Customer.objects.create(name="Active Acme", status="active", team=north, owner=owner),
        "closed": Customer.objects.create(name="Closed Corp", status="closed", team=north, owner=owner),
        "foreign": Customer.objects.create(name="Foreign Foods", status="active", team=south, owner=outsider),
    }


@pytest.fixture
def keep_view(actor: Actor) -> Callable[..., Any]:
    def keep(by: Actor = actor, **values: Any) -> Any:
        usual = {"resource": "customers", "name": "Active ones", "filters": {"status": "active"}}
        return view_create(by, **{**usual, **values})

    return keep
