"""Customers through the API: who sees what, and what a write leaves behind."""

from typing import Any

import pytest

from auditlog.models import AuditEvent
from customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(north: Any, owner: Any) -> Customer:
    return Customer.objects.create(name="Acme", team=north, owner=owner, email="hello@acme.example")


def test_the_owner_and_a_teammate_see_a_customer_and_an_outsider_does_not(api, owner, teammate, outsider, acme):
    assert api(owner).get(f"customers/{acme.pk}").status_code == 200
    assert api(teammate).get(f"customers/{acme.pk}/").json()["name"] == "Acme"
    assert api(outsider).get(f"customers/{acme.pk}").status_code == 404
    assert api(outsider).get("customers").json()["results"] == []


def test_a_created_customer_gets_home_team_and_owner_and_leaves_an_event(api, owner, north):
    answer = api(owner).post("customers", {"name": "Müller GmbH", "website": "www.mueller.example"})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["team"], body["owner"], body["domain"]) == (str(north.pk), str(owner.pk), "mueller.example")
    event = AuditEvent.objects.get(action="customers.created")
    assert (event.object_id, event.actor_id, event.door) == (body["id"], owner.pk, "api")


def test_a_stale_if_match_changes_nothing(api, owner, acme):
    assert api(owner).patch(f"customers/{acme.pk}", {"name": "Acme 2"}, **{"If-Match": '"1"'}).status_code == 200
    stale = api(owner).patch(f"customers/{acme.pk}", {"name": "Acme 3"}, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["error"]["code"]) == (412, "stale_version")
    acme.refresh_from_db()
    assert (acme.name, acme.version) == ("Acme 2", 2)


def test_search_finds_a_fragment_without_accents(api, owner, north):
    Customer.objects.create(name="Müller GmbH", team=north, phone="+493012345678")
    assert len(api(owner).get("customers?search=mull").json()["results"]) == 1
    assert len(api(owner).get("customers", {"search": "030 1234"}).json()["results"]) == 1
    assert api(owner).get("customers?search=nothing").json()["results"] == []


def test_paging_forward_and_back_shows_each_row_once(api, owner, north):
    Customer.objects.bulk_create(Customer(name=f"C{i:03}", team=north) for i in range(25))
    first = api(owner).get("customers?page_size=10&count=true").json()
    assert (first["count"], first["previous"]) == (25, None)
    second = api(owner).client.get(first["next"]).json()
    third = api(owner).client.get(second["next"]).json()
    names = [row["name"] for page in (first, second, third) for row in page["results"]]
    assert names == [f"C{i:03}" for i in range(25)] and third["next"] is None
    assert api(owner).client.get(third["previous"]).json()["results"] == second["results"]
