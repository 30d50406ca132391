"""Planting and taking back on /security/canaries/: believable records, seen by nobody who does not look for them."""

import pytest

from accounts.apikeys.decoys import decoy_key_mint
from auditlog.models import AuditEvent, SecurityEvent
from crm.core.canaries import CANARY
from crm.web.canaries import draft
from customers.models import Contact, Customer

pytestmark = pytest.mark.django_db
PAGE = "/security/canaries/"


def plant(client, where, **values):
    form = {"team": str(where.pk), "customers": "2", "people": "1", "domain": "", **values}
    return client.post(f"{PAGE}records/", form, follow=True)


def test_planted_records_are_listed_here_and_looking_is_no_touch(superadmin, sign_in, north):
    client = sign_in(superadmin)
    page = plant(client, north).content.decode()
    planted = [*Customer.objects.filter(CANARY), *Contact.objects.filter(CANARY)]
    assert len(planted) == 4 and "4 records were planted" in page
    assert all(str(one) in page for one in planted)
    assert client.get(PAGE).status_code == 200 and not SecurityEvent.objects.filter(kind="canary.touched").exists()
    assert AuditEvent.objects.filter(action="canaries.planted").count() == 4


def test_what_is_drawn_passes_for_a_record_of_ours(superadmin, sign_in, north):
    plant(sign_in(superadmin), north, customers="1", people="2", domain="canary.example.com")
    company = Customer.objects.get(CANARY)
    assert company.email.endswith("@canary.example.com") and company.phone and company.billing_city and company.industry
    people = list(company.contacts.all())
    assert len(people) == 2 and all(one.email.endswith("@canary.example.com") and one.title for one in people)


def test_names_differ():
    assert len({draft(0, "")[0]["name"] for _ in range(40)}) > 30


def test_one_is_taken_back_with_what_belongs_to_it_first(superadmin, sign_in, north):
    client = sign_in(superadmin)
    plant(client, north, customers="1")
    company, person = Customer.objects.get(CANARY), Contact.objects.get(CANARY)
    refused = client.post(f"{PAGE}customer/{company.pk}/remove/", follow=True)
    assert b"Remove what belongs to it first" in refused.content and Customer.objects.exists()
    for kind, pk in (("contact", person.pk), ("customer", company.pk)):
        client.post(f"{PAGE}{kind}/{pk}/remove/")
    assert not Customer.objects.exists() and AuditEvent.objects.filter(action="canaries.removed").count() == 2


def test_no_record_that_people_work_with_can_be_removed_here(superadmin, sign_in, north):
    real = Customer.objects.create(name="Real", team=north)
    client = sign_in(superadmin)
    assert client.post(f"{PAGE}customer/{real.pk}/remove/").status_code == 404
    assert client.post(f"{PAGE}lead/{real.pk}/remove/").status_code == 404 and Customer.objects.exists()


def test_an_administrator_looks_after_their_own_teams_alone(make_user, superadmin, sign_in, north, south, as_actor):
    plant(sign_in(superadmin), south)
    admin = make_user("admin@north.example", "admin", (north,))
    client = sign_in(admin)
    page = client.get(PAGE).content.decode()
    assert not [one for one in Customer.objects.filter(CANARY) if str(one) in page]
    assert plant(client, south).status_code == 422
    theirs = Customer.objects.filter(CANARY).first()
    assert client.post(f"{PAGE}customer/{theirs.pk}/remove/").status_code == 404
    assert plant(client, north).status_code == 200 and Customer.objects.filter(CANARY, team=north).count() == 2


@pytest.mark.parametrize("wrong", [{"customers": "0"}, {"customers": "99"}, {"domain": "not a domain"}, {"team": "x"}])
def test_what_cannot_be_planted_is_said(superadmin, sign_in, north, wrong):
    assert plant(sign_in(superadmin), north, **wrong).status_code == 422 and not Customer.objects.exists()


def test_the_list_names_every_kind(superadmin, sign_in, north, as_actor):
    client = sign_in(superadmin)
    assert b"Nothing is planted" in client.get(PAGE).content
    decoy_key_mint(as_actor(superadmin), name="Left in the wiki")
    plant(client, north)
    page = client.get(PAGE).content.decode()
    assert all(word in page for word in ("Customer", "Contact", "API key", "Left in the wiki"))
