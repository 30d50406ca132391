"""The API's front page, module pages and health: what is there, only for who may read it, and that it works."""

from typing import Any

import pytest
from django.db import DatabaseError

from accounts.models import Role
from crm.api import health

pytestmark = pytest.mark.django_db

MODULES = ["customers", "deals", "accounts", "audit"]


def test_a_stranger_learns_where_the_description_is_and_nothing_else(client):
    body = client.get("/api/v1/").json()
    assert body["status"] == "ok" and body["resources"] == {} and body["modules"] == {}
    assert set(body["links"]) == {"schema", "docs", "health", "oauth"}


def test_a_rep_sees_the_resources_the_role_may_read(api, owner):
    body = api(owner).get("").json()
    assert body["resources"]["customers"] == "/api/v1/customers" and "roles" not in body["resources"]


def test_every_link_of_the_front_page_answers(api, superadmin):
    session = api(superadmin)
    body = session.get("").json()
    addresses = [*body["resources"].values(), *body["modules"].values(), body["links"]["me"]]
    assert {address: session.client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


@pytest.mark.parametrize("module", ["accounts", "audit"])
def test_a_module_that_is_no_list_says_what_it_holds(api, superadmin, module):
    body = api(superadmin).get(module).json()
    assert body["health"] == f"/api/v1/{module}/health" and body["resources"]


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("slash", ["", "/"])
def test_each_module_says_that_it_works(api, owner, module, slash):
    answer = api(owner).get(f"{module}/health{slash}")
    body = answer.json()
    assert answer.status_code == 200 and body["status"] == "ok" and set(body["checks"].values()) == {"ok"}


@pytest.mark.parametrize("module", MODULES)
def test_a_stranger_does_not_learn_the_health_of_a_module(client, module):
    assert client.get(f"/api/v1/{module}/health").status_code == 401


def test_the_last_write_is_told_only_within_the_readers_teams(api, owner, outsider):
    created = api(owner).post("customers", {"name": "Acme"}).json()
    assert api(owner).get("customers/health").json()["last_write_at"] >= created["created_at"][:19]
    assert api(outsider).get("customers/health").json()["last_write_at"] is None


def test_a_module_whose_table_does_not_answer_is_down(api, owner, monkeypatch):
    class Broken:
        @staticmethod
        def order_by(*_names: str) -> Any:
            raise DatabaseError

    monkeypatch.setattr(health.Customer, "objects", Broken)
    answer = api(owner).get("customers/health")
    assert answer.status_code == 503 and answer.json()["checks"]["customers"] == "down"


def test_the_system_health_is_public_and_without_detail(client):
    body = client.get("/api/v1/health").json()
    assert (body["status"], set(body["checks"].values())) == ("ok", {"ok"})
    figures = {"database", "redis", "cache", "queue", "rate_limits", "key_age_days", "audit", "jobs", "backup"}
    assert set(body) == {"status", "checks"} | figures


def test_a_person_without_a_role_reads_nothing(api, owner):
    owner.role = None
    owner.save()
    assert api(owner).get("").json()["resources"] == {} and Role.objects.exists()
