"""What a tab is called: a page that makes something new says of what."""

import re

import pytest

from customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/customers/new/", "New customer"),
        ("/contacts/new/", "New contact"),
        ("/leads/new/", "New lead"),
        ("/deals/new/", "New deal"),
        ("/activities/new/", "New activity"),
        ("/settings/webhooks/new/", "New webhook"),
    ],
)
def test_a_form_for_something_new_has_a_title(sign_in, superadmin, address, title):
    page = sign_in(superadmin).get(address).content.decode()
    assert re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1].strip() == f"{title} · Vouch"


def test_a_form_for_what_is_there_is_called_by_its_name(sign_in, superadmin, north):
    customer = Customer.objects.create(name="Harbour Works", team=north)
    page = sign_in(superadmin).get(f"/customers/{customer.pk}/edit/").content.decode()
    assert "<title>Harbour Works · Vouch</title>" in page
