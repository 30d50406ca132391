"""Consent per channel: every change a row, one answer to "may we write?", and marks that say the same."""

from datetime import timedelta

import pytest
from django.utils import timezone

from auditlog.models import AuditEvent
from crm.core.errors import Forbidden, Invalid, NotFound
from customers import services
from customers.models import Consent, Contact
from customers.models.choices import Channel, ConsentStatus
from customers.services.consents import may_contact, standing_of
from deals.services import lead_convert

pytestmark = pytest.mark.django_db
AGREED = {"channel": "email", "status": "granted", "lawful_basis": "consent", "source": "fair"}


def test_a_channel_is_closed_until_somebody_agreed(actor, anna):
    assert not may_contact(anna, "email")
    services.consent_record(actor, contact=anna, **AGREED)
    assert may_contact(anna, "email") and not may_contact(anna, "phone")


def test_consent_withdrawn_closes_the_channel_and_sets_the_mark(actor, anna):
    services.consent_record(actor, contact=anna, **AGREED)
    services.consent_record(actor, contact=anna, channel="email", status="withdrawn")
    anna.refresh_from_db()
    assert not may_contact(anna, "email") and anna.opted_out_of_email
    assert list(anna.consents.order_by("at", "id").values_list("status", flat=True)) == ["granted", "withdrawn"]


def test_consent_given_again_takes_the_mark_off(actor, anna):
    services.consent_record(actor, contact=anna, channel="phone", status="withdrawn")
    services.consent_record(actor, contact=anna, **{**AGREED, "channel": "phone"})
    anna.refresh_from_db()
    assert not anna.do_not_call and may_contact(anna, "phone")


def test_a_mark_set_on_the_record_is_a_withdrawal(actor, anna):
    services.consent_record(actor, contact=anna, **AGREED)
    changed = services.contact_update(actor, anna.pk, opted_out_of_email=True)
    assert standing_of(changed, Channel.EMAIL).status == ConsentStatus.WITHDRAWN and not may_contact(changed, "email")


def test_a_mark_taken_off_does_not_make_anybody_agree(actor, anna):
    services.consent_record(actor, contact=anna, **AGREED)
    services.contact_update(actor, anna.pk, opted_out_of_email=True)
    changed = services.contact_update(actor, anna.pk, opted_out_of_email=False)
    assert standing_of(changed, Channel.EMAIL).status == ConsentStatus.UNKNOWN and not may_contact(changed, "email")


def test_a_mark_without_a_row_closes_the_channel_too(actor, anna):
    """As an import sets it."""
    services.consent_record(actor, contact=anna, **AGREED)
    Contact.objects.filter(pk=anna.pk).update(opted_out_of_email=True)
    anna.refresh_from_db()
    assert not may_contact(anna, "email")


def test_a_contact_created_with_a_mark_has_a_row_that_says_so(actor, acme):
    made = services.contact_create(actor, last_name="Silent", customer=acme, do_not_call=True)
    assert made.consents.get().channel == "phone"


def test_what_was_said_earlier_does_not_replace_what_was_said_later(actor, anna):
    services.consent_record(actor, contact=anna, channel="email", status="withdrawn")
    services.consent_record(actor, contact=anna, **AGREED, at=timezone.now() - timedelta(days=9))
    anna.refresh_from_db()
    assert anna.opted_out_of_email and not may_contact(anna, "email")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"lawful_basis": ""}, "lawful_basis"), ({"at": timezone.now() + timedelta(days=2)}, "at")],
)
def test_consent_without_a_basis_or_from_the_future_is_refused(actor, anna, change, field):
    with pytest.raises(Invalid) as refusal:
        services.consent_record(actor, contact=anna, **{**AGREED, **change})
    assert refusal.value.details[0]["field"] == field and not Consent.objects.exists()


def test_a_lead_takes_its_consent_along_when_it_is_converted(actor, lead):
    services.consent_record(actor, lead=lead, **AGREED)
    contact = lead_convert(actor, lead.pk, create_deal=False).contact
    assert may_contact(contact, "email") and contact.consents.get().source == "fair"


def test_the_trail_tells_of_it(actor, anna):
    services.consent_record(actor, contact=anna, **AGREED)
    event = AuditEvent.objects.get(action="contacts.consent_recorded")
    assert event.object_id == str(anna.pk) and '"consent_email":["unknown","granted"]' in event.changes


def test_a_teammate_may_an_outsider_finds_nothing_a_reader_is_refused(
    anna, teammate, outsider, make_user, north, as_actor
):
    services.consent_record(as_actor(teammate), contact=anna, **AGREED)
    with pytest.raises(NotFound):
        services.consent_record(as_actor(outsider), contact=anna, **AGREED)
    with pytest.raises(Forbidden):
        services.consent_record(as_actor(make_user("r@n.example", "read_only", (north,))), contact=anna, **AGREED)
    assert Consent.objects.count() == 1 and not Consent.objects.for_actor(as_actor(outsider)).exists()


def test_the_api_lists_and_records(api, owner, outsider, anna, lead):
    made = api(owner).post(f"contacts/{anna.pk}/consents", AGREED)
    assert made.status_code == 201 and made.json()["contact"] == str(anna.pk)
    assert api(owner).post(f"leads/{lead.pk}/consents", AGREED).status_code == 201
    assert [one["status"] for one in api(owner).get(f"contacts/{anna.pk}/consents").json()["results"]] == ["granted"]
    assert api(outsider).get(f"contacts/{anna.pk}/consents").status_code == 404


def test_the_page_of_a_channel_records_and_shows_its_history(sign_in, owner, anna):
    client, page = sign_in(owner), f"/contacts/{anna.pk}/consents/email/"
    sent = client.post(page, {"status": "granted", "lawful_basis": "contract", "at": "2026-01-05T10:00"})
    assert sent.status_code == 302 and "Contract" in client.get(page).text
    told = client.get(f"/contacts/{anna.pk}/").text
    assert "Granted" in told and "noted what this contact agreed to" in told
    refused = client.post(page, {"status": "granted", "at": "2026-01-05T10:00"})
    assert refused.status_code == 422 and "Say what allows it" in refused.text
    assert client.get(f"/contacts/{anna.pk}/consents/pigeon/").status_code == 404
