"""One customer with a person, a deal and a note, which all personas' agents look at."""

from typing import Any

import pytest

from accounts.models import Team, User
from customers.models import Contact, Customer, Note
from deals.models import Deal, Stage


@pytest.fixture
def acme(north: Team, owner: User) -> Customer:
    return Customer.objects.create(name="Acme Lanterns", email="hello@acme.example", team=north, owner=owner)


@pytest.fixture
def records(acme: Customer, north: Team, owner: User) -> dict[str, Any]:
    """By kind, as the tools name it."""
    own = {"team": north, "owner": owner}
    stage = Stage.objects.get(name="Proposal")
    return {
        "customers": acme,
        "contacts": Contact.objects.create(last_name="Lanternmaker", customer=acme, **own),
        "deals": Deal.objects.create(
            name="Lantern rollout", stage=stage, pipeline=stage.pipeline, customer=acme, **own
        ),
        "notes": Note.objects.create(body="Asked about lanterns", customer=acme, team=north, owner=owner),
    }
