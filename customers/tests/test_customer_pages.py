"""Customers in the browser's door: list, detail, create, edit, archive with undo."""

from typing import Any

import pytest

from crm.core.ids import uuid7
from customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(north: Any, owner: Any) -> Customer:
    return Customer.objects.create(name="Acme", team=north, owner=owner, email="hello@acme.example")


PAGES = ["/customers/", "/customers/new/", "/customers/{pk}/", "/customers/{pk}/edit/"]


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_open_for_the_team(path, sign_in, teammate, acme):
    answer = sign_in(teammate).get(path.format(pk=acme.pk))
    assert answer.status_code == 200


@pytest.mark.parametrize("path", PAGES[2:])
def test_an_outsider_gets_404(path, sign_in, outsider, acme):
    assert sign_in(outsider).get(path.format(pk=acme.pk)).status_code == 404


def test_a_stranger_is_sent_to_sign_in(client):
    answer = client.get("/customers/?status=active")
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=%2Fcustomers%2F%3Fstatus%3Dactive")


def test_a_double_submit_creates_one_customer(sign_in, owner, north):
    form = {
        "name": "Twice",
        "kind": "organization",
        "status": "prospect",
        "customer_type": "customer",
        "team": str(north.pk),
        "submission": str(uuid7()),
    }
    answers = [sign_in(owner).post("/customers/new/", form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302], answers[0].content
    assert Customer.objects.filter(name="Twice").count() == 1 and answers[0].url == answers[1].url


def test_a_stale_edit_keeps_what_was_typed_and_overwrites_nothing(sign_in, owner, acme):
    Customer.objects.filter(pk=acme.pk).update(version=5)
    form = {
        "name": "Mine",
        "kind": "organization",
        "status": "prospect",
        "customer_type": "customer",
        "team": str(acme.team_id),
        "version": "1",
    }
    answer = sign_in(owner).post(f"/customers/{acme.pk}/edit/", form)
    assert answer.status_code == 412 and b'value="Mine"' in answer.content
    acme.refresh_from_db()
    assert acme.name == "Acme"


def test_archiving_offers_an_undo_that_works(sign_in, owner, acme):
    client = sign_in(owner)
    answer = client.post(f"/customers/{acme.pk}/archive/", follow=True)
    assert f"/customers/{acme.pk}/restore/".encode() in answer.content and b">Acme</a>" not in answer.content
    client.post(f"/customers/{acme.pk}/restore/")
    acme.refresh_from_db()
    assert not acme.is_archived
