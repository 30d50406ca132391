"""Every page of contacts, leads and labels: open to the team, closed to others; archive, restore, delete."""

from typing import Any

import pytest

from customers.models import Contact, Customer, Lead

pytestmark = pytest.mark.django_db

OF_ALL = ["/contacts/", "/contacts/new/", "/leads/", "/leads/new/", "/labels/", "/labels/new/"]
OF_ONE = [
    "/contacts/{contact}/",
    "/contacts/{contact}/edit/",
    "/contacts/{contact}/timeline/",
    "/contacts/{contact}/fields/phone/",
    "/leads/{lead}/",
    "/leads/{lead}/edit/",
    "/leads/{lead}/timeline/",
    "/leads/{lead}/fields/status/",
    "/labels/{label}/edit/",
    "/customers/{customer}/timeline/",
]


@pytest.fixture
def ids(acme: Any, anna: Any, lead: Any, key_account: Any) -> dict[str, Any]:
    return {"customer": acme.pk, "contact": anna.pk, "lead": lead.pk, "label": key_account.pk}


@pytest.mark.parametrize("path", [*OF_ALL, *OF_ONE])
def test_the_pages_open_for_the_team(path, sign_in, teammate, ids):
    assert sign_in(teammate).get(path.format(**ids)).status_code == 200


@pytest.mark.parametrize("path", OF_ONE)
def test_an_outsider_gets_404(path, sign_in, outsider, ids):
    assert sign_in(outsider).get(path.format(**ids)).status_code == 404


@pytest.mark.parametrize("path", ["/customers/", "/contacts/", "/leads/", "/labels/"])
def test_an_outsiders_lists_are_empty(path, sign_in, outsider, ids):
    page = sign_in(outsider).get(path).content
    assert not any(name in page for name in (b"Acme", b"Arendt", b"Lindgren", b"Key account"))


@pytest.mark.parametrize("resource", ["customers", "contacts"])
def test_a_picker_offers_what_the_actor_sees(resource, sign_in, owner, outsider, ids):
    path = f"/{resource}/options/?q=a"
    assert b"data-value" in sign_in(owner).get(path).content
    assert b"data-value" not in sign_in(outsider).get(path).content


@pytest.mark.parametrize("key", ["customer", "contact", "lead"])
def test_archive_then_restore_then_delete_for_good(key, sign_in, owner, ids):
    client, path = sign_in(owner), f"/{key}s/{ids[key]}"
    if key == "customer":
        Contact.objects.all().delete()
    client.post(f"{path}/archive/")
    assert str(ids[key]).encode() in client.get(f"/{key}s/?archived=true").content
    client.post(f"{path}/restore/")
    assert b"What goes" in client.get(f"{path}/delete/").content
    assert client.post(f"{path}/delete/").url == f"/{key}s/"
    assert client.get(f"{path}/").status_code == 404


def test_what_stands_in_the_way_is_named_and_nothing_is_deleted(sign_in, owner, ids):
    client, path = sign_in(owner), f"/customers/{ids['customer']}/delete/"
    page = client.get(path).content
    assert b"cannot be deleted yet" in page and b"<strong>1</strong> contacts" in page
    client.post(path)
    assert Customer.objects.filter(pk=ids["customer"]).exists()


@pytest.mark.parametrize("act", ["archive", "delete"])
def test_a_teammate_without_the_right_changes_nothing(act, sign_in, teammate, ids):
    answer = sign_in(teammate).post(f"/leads/{ids['lead']}/{act}/")
    assert answer.status_code == 403 and Lead.objects.get(pk=ids["lead"]).archived_at is None


def test_a_converted_lead_shows_what_it_became_and_offers_no_edit(sign_in, owner, lead, acme, anna):
    Lead.objects.filter(pk=lead.pk).update(
        status="converted", converted_at=lead.created_at, converted_customer=acme, converted_contact=anna
    )
    page = sign_in(owner).get(f"/leads/{lead.pk}/").content.decode()
    assert f"/customers/{acme.pk}/" in page and f"/contacts/{anna.pk}/" in page
    assert f"/leads/{lead.pk}/edit/" not in page and "composer" in page


def test_a_contact_form_starts_with_the_customer_of_the_address(sign_in, owner, acme):
    page = sign_in(owner).get(f"/contacts/new/?customer={acme.pk}").content.decode()
    assert f'name="customer" value="{acme.pk}"' in page


def test_who_wants_no_mail_is_offered_none(sign_in, owner, anna):
    Contact.objects.filter(pk=anna.pk).update(opted_out_of_email=True)
    assert b"mailto:anna" not in sign_in(owner).get(f"/contacts/{anna.pk}/").content.split(b'class="record"')[0]


def test_htmx_gets_the_rows_alone(sign_in, owner, acme):
    answer = sign_in(owner).get("/customers/?search=acm", headers={"HX-Request": "true"})
    assert b"Acme" in answer.content and b"<html" not in answer.content and "HX-Request" in answer["Vary"]
