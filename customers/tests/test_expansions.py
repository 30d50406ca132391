"""`?expand=` shows a linked record only to who may read it."""

from typing import Any

import pytest

from accounts.models import Role, Team, User
from customers.models import Contact, Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(make_user: Any, north: Team) -> Any:
    def make(**grants: str) -> User:
        Role.objects.create(name="reader", label="Reader", grants={f"{name}:read": to for name, to in grants.items()})
        return make_user("reader@north.example", role="reader", teams=(north,))

    return make


@pytest.mark.parametrize("path", ["contacts", "contacts/{pk}"])
def test_a_link_to_what_one_may_not_read_is_not_expanded(path: str, api: Any, reader: Any, anna: Contact) -> None:
    client = api(reader(contacts="team"))
    assert client.get(path.format(pk=anna.pk)).status_code == 200
    answer = client.get(f"{path.format(pk=anna.pk)}?expand=customer")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


def test_a_link_out_of_ones_reach_stays_an_id(api: Any, reader: Any, anna: Contact, acme: Customer) -> None:
    person = reader(contacts="team", customers="own")
    path = f"contacts/{anna.pk}?expand=customer"
    assert api(person).get(path).json()["customer"] == str(acme.pk)
    Customer.objects.filter(pk=acme.pk).update(owner=person)
    assert api(person).get(path).json()["customer"]["name"] == acme.name
