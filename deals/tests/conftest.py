"""What the tests of selling start from: a customer of North, a deal in the first stage, and the stages by name."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.actors import actor_for
from customers.models import Contact, Customer, Lead
from deals import services
from deals.models import Activity, Deal, Pipeline, Stage


@pytest.fixture
def pipeline(db: Any) -> Pipeline:
    return Pipeline.objects.get(is_default=True)


@pytest.fixture
def stages(pipeline: Pipeline) -> dict[str, Stage]:
    return {stage.name: stage for stage in pipeline.stages.select_related("pipeline")}


@pytest.fixture
def acme(north: Any, owner: Any) -> Customer:
    return Customer.objects.create(name="Acme", team=north, owner=owner, email="hello@acme.example")


@pytest.fixture
def ann(north: Any, owner: Any, acme: Customer) -> Contact:
    return Contact.objects.create(first_name="Ann", last_name="Arbor", team=north, owner=owner, customer=acme)


@pytest.fixture
def manager(make_user: Any, north: Any) -> Any:
    return make_user("manager@vouch.example", role="sales_manager", teams=(north,), full_name="Mira Manager")


@pytest.fixture
def stranger(south: Any, outsider: Any) -> Contact:
    return Contact.objects.create(first_name="Stan", last_name="South", team=south, owner=outsider)


@pytest.fixture
def make_deal(owner: Any) -> Callable[..., Deal]:
    def make(**values: Any) -> Deal:
        return services.deal_create(actor_for(owner), **{"name": "Renewal", "amount": "1200", **values})

    return make


@pytest.fixture
def deal(make_deal: Callable[..., Deal], acme: Customer) -> Deal:
    return make_deal(customer=acme)


@pytest.fixture
def call(owner: Any, deal: Deal) -> Activity:
    return services.activity_create(actor_for(owner), type="call", subject="Ring Ann", deal=deal)


@pytest.fixture
def lead(north: Any, owner: Any) -> Lead:
    return Lead.objects.create(
        first_name="Mia",
        last_name="Moor",
        company_name="Moorland Ltd",
        email="mia@moorland.example",
        website="https://www.moorland.example/",
        source="event",
        team=north,
        owner=owner,
    )
