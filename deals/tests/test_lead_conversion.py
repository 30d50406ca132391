"""A lead becomes customer, contact and deal: whole, once, and only for those who may."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection, transaction

from accounts.actors import actor_for
from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.errors import Conflict, Forbidden
from customers.models import Contact, Customer, Lead, Note
from customers.services import note_create
from deals import services
from deals.models import Activity, Deal
from deals.services import conversion
from tests.meeting import meeting_place

pytestmark = pytest.mark.django_db


def test_a_lead_becomes_a_customer_a_contact_and_a_deal(lead, owner):
    made = services.lead_convert(actor_for(owner), lead.pk, amount="5000")
    lead.refresh_from_db()
    assert (lead.status, lead.converted_customer, lead.converted_contact) == ("converted", made.customer, made.contact)
    assert (made.customer.name, made.customer.kind, made.customer.domain) == (
        "Moorland Ltd",
        "organization",
        "moorland.example",
    )
    assert (str(made.contact), made.contact.customer, made.contact.lead_source) == ("Mia Moor", made.customer, "event")
    assert (made.deal.customer, made.deal.amount, made.deal.stage.name) == (made.customer, 5000, "Prospecting")
    assert made.deal.deal_contacts.get().role == "primary"
    assert AuditEvent.objects.filter(action="leads.converted", object_id=str(lead.pk)).count() == 1


def test_a_lead_without_company_becomes_an_individual(lead, owner):
    Lead.objects.update(company_name="")
    made = services.lead_convert(actor_for(owner), lead.pk)
    assert (made.customer.name, made.customer.kind, made.customer.email) == ("Mia Moor", "individual", lead.email)


def test_a_lead_without_a_person_becomes_no_contact(lead, owner):
    Lead.objects.update(first_name="", last_name="", email="")
    assert services.lead_convert(actor_for(owner), lead.pk).contact is None


def test_a_customer_of_the_same_name_is_used_again(lead, owner, north):
    known = Customer.objects.create(name="MOORLAND LTD", team=north)
    assert services.lead_convert(actor_for(owner), lead.pk).customer == known


def test_a_chosen_customer_and_a_known_contact_are_used_again(lead, owner, acme, north):
    mia = Contact.objects.create(last_name="Moor", email=lead.email.upper(), customer=acme, team=north)
    made = services.lead_convert(actor_for(owner), lead.pk, customer=acme, create_deal=False)
    assert (made.customer, made.contact, made.deal) == (acme, mia, None)


def test_notes_and_activities_show_on_the_new_records_too(lead, owner):
    actor = actor_for(owner)
    note_create(actor, body="Met at the fair", lead=lead)
    services.activity_create(actor, type="call", subject="Ring back", lead=lead)
    made = services.lead_convert(actor, lead.pk)
    for kept in (Note.objects.get(), Activity.objects.get()):
        assert (kept.lead, kept.customer, kept.contact, kept.deal) == (lead, made.customer, made.contact, made.deal)


def test_a_second_conversion_is_refused_and_changes_nothing(lead, owner, api):
    services.lead_convert(actor_for(owner), lead.pk)
    again = api(owner).post(f"leads/{lead.pk}/convert", {})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "leads.already_converted")
    assert (Customer.objects.count(), Deal.objects.count()) == (1, 1)


def test_a_failing_deal_leaves_neither_customer_nor_contact(lead, owner, api):
    answer = api(owner).post(f"leads/{lead.pk}/convert", {"currency": "ZZZ"})
    assert answer.status_code == 422
    assert not Customer.objects.exists() and not Contact.objects.exists()
    assert Lead.objects.get().status == "new"


@pytest.mark.parametrize("missing", ["leads:convert", "customers:write", "contacts:write", "deals:write"])
def test_each_right_is_needed(missing, lead, owner):
    actor = actor_for(owner)
    limited = actor.limited_to(set(actor.grants) - {missing})
    with pytest.raises(Forbidden):
        services.lead_convert(limited, lead.pk)
    assert not Customer.objects.exists() and not Deal.objects.exists()


def test_the_api_answers_the_three_ids_with_and_without_a_slash(lead, owner, api):
    body = api(owner).post(f"leads/{lead.pk}/convert/", {"deal_name": "Pilot", "amount": "10.50"}).json()
    deal = Deal.objects.get()
    assert body == {"customer": str(deal.customer_id), "contact": str(Contact.objects.get().pk), "deal": str(deal.pk)}
    assert deal.name == "Pilot"


def test_an_outsider_gets_404_and_a_customer_of_another_team_is_refused(lead, owner, outsider, south, api):
    foreign = Customer.objects.create(name="Southern", team=south)
    assert api(outsider).post(f"leads/{lead.pk}/convert", {}).status_code == 404
    assert api(owner).post(f"leads/{lead.pk}/convert", {"customer": str(foreign.pk)}).status_code == 422
    assert Lead.objects.get().status == "new"


def test_the_page_offers_the_customers_that_may_be_meant(lead, owner, north, sign_in):
    Customer.objects.create(name="Moorland Holding", domain="moorland.example", team=north)
    client = sign_in(owner)
    page = client.get(f"/deals/convert-lead/{lead.pk}/")
    assert b"Moorland Holding" in page.content
    answer = client.post(
        f"/deals/convert-lead/{lead.pk}/",
        {"customer": "", "customer_name": "Moorland Ltd", "create_deal": "on", "deal_name": "Pilot"},
    )
    assert answer.url == f"/deals/{Deal.objects.get().pk}/"
    assert Deal.objects.get().customer.name == "Moorland Ltd"


def test_the_page_is_closed_to_outsiders(lead, outsider, sign_in):
    assert sign_in(outsider).get(f"/deals/convert-lead/{lead.pk}/").status_code == 404
    assert sign_in(outsider).post(f"/deals/convert-lead/{lead.pk}/", {}).status_code == 404


def convert_twice_at_once(lead_pk, actor):
    """Both have read the lead before either writes, unless a lock keeps the second one waiting."""

    def convert(_number):
        try:
            with suppress(Conflict):
                services.lead_convert(actor, lead_pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(convert, range(2)))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite admits one writer at a time anyway")
@pytest.mark.parametrize(("locked", "conversions"), [(False, 2), (True, 1)])
def test_two_conversions_at_once_race_without_the_lock_and_not_with_it(locked, conversions, lead, owner, monkeypatch):
    actor = Actor.system("test")
    meet, check = meeting_place(2, locked), conversion._ensure_convertible

    def fetch_unlocked(model, actor, action, pk, version=None):
        return model.objects.get(pk=pk)

    def check_together(*args):
        meet()
        check(*args)

    if not locked:
        monkeypatch.setattr(conversion, "fetch_locked", fetch_unlocked)
    monkeypatch.setattr(conversion, "_ensure_convertible", check_together)
    convert_twice_at_once(lead.pk, actor)
    with transaction.atomic():
        assert AuditEvent.objects.filter(action="leads.converted").count() == conversions
        assert Deal.objects.count() == conversions
