"""A new record that looks like one that is there: the page asks once more, the API does not."""

import pytest

from customers.models import Contact, Customer, Lead

pytestmark = pytest.mark.django_db

CUSTOMER = {"name": "Again", "kind": "organization", "status": "prospect", "customer_type": "customer"}
CONTACT = {"last_name": "Again", "contact_type": "other"}
LEAD = {"last_name": "Again", "status": "new", "score": "0"}


@pytest.mark.parametrize(
    ("path", "model", "form", "same"),
    [
        ("/customers/new/", Customer, CUSTOMER, {"email": "HELLO@acme.example"}),
        ("/customers/new/", Customer, CUSTOMER, {"website": "https://www.acme.example/about"}),
        ("/customers/new/", Customer, CUSTOMER, {"phone": "+49 30 123 456 78"}),
        ("/contacts/new/", Contact, CONTACT, {"email": "Anna@Acme.example"}),
        ("/leads/new/", Lead, LEAD, {"email": "lind@new.example"}),
        ("/leads/new/", Lead, LEAD, {"email": "anna@acme.example"}),
    ],
)
def test_the_form_shows_the_possible_duplicate_and_creates_on_the_second_say(
    path, model, form, same, sign_in, owner, north, acme, anna, lead
):
    client, before = sign_in(owner), model.objects.count()
    data = {**form, **same, "team": str(north.pk)}
    asked = client.post(path, data)
    assert b"Create anyway" in asked.content and b'value="Again"' in asked.content
    assert model.objects.count() == before
    assert client.post(path, {**data, "create_anyway": "1"}).status_code == 302
    assert model.objects.count() == before + 1


@pytest.mark.parametrize("change", [{"archived_at": "2026-01-01T00:00:00Z"}, {"email": "other@acme.example"}])
def test_what_is_archived_or_only_similar_is_no_duplicate(change, sign_in, owner, north, acme):
    Customer.objects.filter(pk=acme.pk).update(search_text="xhello@acme.example", **change)
    data = {**CUSTOMER, "email": "hello@acme.example", "team": str(north.pk)}
    assert sign_in(owner).post("/customers/new/", data).status_code == 302


def test_another_teams_record_is_never_shown(sign_in, outsider, south, acme):
    data = {**CUSTOMER, "email": "hello@acme.example", "team": str(south.pk)}
    assert sign_in(outsider).post("/customers/new/", data).status_code == 302


def test_the_api_creates_without_asking(api, owner, acme):
    assert api(owner).post("customers", {"name": "Again", "email": "hello@acme.example"}).status_code == 201
