"""One field edited where it stands."""

import pytest

from customers.models import Customer, Lead

pytestmark = pytest.mark.django_db


def address(record, name):
    return f"/{record._meta.model_name}s/{record.pk}/fields/{name}/"


def test_the_field_opens_saves_and_shows_the_value_in_words(sign_in, owner, acme):
    client, url = sign_in(owner), address(acme, "annual_revenue")
    assert b'name="annual_revenue"' in client.get(url).content
    saved = client.post(url, {"annual_revenue": "1250000", "version": "1"})
    assert saved.status_code == 200 and "€\u00a01,250,000".encode() in saved.content
    assert b"<form" not in client.get(f"{url}?show").content


def test_a_stale_edit_is_412_and_overwrites_nothing(sign_in, owner, acme):
    Customer.objects.filter(pk=acme.pk).update(version=5, phone="+4989123456")
    answer = sign_in(owner).post(address(acme, "phone"), {"phone": "+4930999999", "version": "1"})
    acme.refresh_from_db()
    assert (answer.status_code, acme.phone) == (412, "+4989123456")


def test_an_invalid_value_keeps_the_text_and_says_why(sign_in, owner, acme):
    answer = sign_in(owner).post(address(acme, "phone"), {"phone": "12", "version": "1"})
    assert answer.status_code == 422
    assert b'value="12"' in answer.content and b"This is not a phone number" in answer.content


def test_a_field_saved_as_it_was_writes_no_event(sign_in, owner, acme):
    sign_in(owner).post(address(acme, "phone"), {"phone": acme.phone, "version": "1"})
    acme.refresh_from_db()
    assert acme.version == 1


@pytest.mark.parametrize("name", ["version", "team", "search_text", "nothing"])
def test_only_declared_fields_open(name, sign_in, owner, acme):
    assert sign_in(owner).get(address(acme, name)).status_code == 404


def test_an_outsider_gets_404_and_changes_nothing(sign_in, outsider, acme):
    answer = sign_in(outsider).post(address(acme, "phone"), {"phone": "+4930999999", "version": "1"})
    acme.refresh_from_db()
    assert (answer.status_code, acme.phone) == (404, "+493012345678")


def test_a_converted_lead_refuses(sign_in, owner, lead):
    Lead.objects.filter(pk=lead.pk).update(status="converted", converted_at=lead.created_at)
    answer = sign_in(owner).post(address(lead, "title"), {"title": "X", "version": "1"})
    assert answer.status_code == 422 and b"was converted" in answer.content
