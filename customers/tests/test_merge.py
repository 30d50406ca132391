"""Two records that are one become one: nothing that pointed to either is lost, and the trail has the full before."""

import json

import pytest
from django.utils import timezone

from auditlog.holds import hold_set
from auditlog.models import AuditEvent
from crm.core import canaries
from crm.core.errors import Conflict, Forbidden, Invalid, Merged, NotFound, Stale
from customers import services
from customers.errors import LeadConverted
from customers.models import Contact, Customer, CustomField, LabelAssignment, Lead, Merge, Note
from customers.models.choices import Channel, ConsentStatus
from customers.services.consents import standing_of
from customers.tests.state import state
from deals.models import Activity, Deal, DealContact, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(manager, as_actor):
    return as_actor(manager)


@pytest.fixture
def twin(north, teammate):
    values = {"phone": "+493099999", "industry": "Wheels", "description": "Met in Rome", "external_id": "77"}
    return Customer.objects.create(name="ACME Ltd", team=north, owner=teammate, **values)


@pytest.fixture
def anna_again(twin, owner):
    return Contact.objects.create(
        first_name="Anna", last_name="Arendt", customer=twin, team=twin.team, owner=owner, mobile_phone="+4917012345"
    )


def test_empty_fields_are_filled_and_texts_are_joined(boss, acme, twin):
    Customer.objects.filter(pk=acme.pk).update(description="Founded 1920")
    services.customer_merge(boss, acme.pk, twin.pk)
    acme.refresh_from_db()
    assert (acme.name, acme.phone, acme.industry, acme.external_id) == ("Acme", "+493012345678", "Wheels", "77")
    assert acme.description == "Founded 1920\n\nMet in Rome" and "acme" in acme.search_text
    assert not Customer.objects.filter(pk=twin.pk).exists()


def test_a_field_is_the_others_if_one_says_so(boss, acme, twin, owner, teammate):
    services.customer_merge(boss, acme.pk, twin.pk, fields={"phone": "other", "industry": "this", "owner": "other"})
    acme.refresh_from_db()
    assert (acme.phone, acme.industry, acme.owner) == ("+493099999", "", teammate)


@pytest.mark.parametrize("fields", [{"nonsense": "this"}, {"phone": "both"}, {"phone": "left"}, {"team": "other"}])
def test_a_choice_that_there_is_not_changes_nothing(boss, acme, twin, fields):
    with pytest.raises(Invalid):
        services.customer_merge(boss, acme.pk, twin.pk, fields=fields)
    assert Customer.objects.filter(pk__in=[acme.pk, twin.pk]).count() == 2


def test_labels_are_united_and_each_is_there_once(boss, acme, twin, key_account, north):
    rare = services.label_create(boss, name="Rare", team=north)
    for label, customer in ((key_account, acme), (key_account, twin), (rare, twin)):
        LabelAssignment.objects.create(label=label, customer=customer)
    services.customer_merge(boss, acme.pk, twin.pk)
    assert sorted(map(str, acme.labels.all())) == ["Key account", "Rare"]
    assert AuditEvent.objects.filter(action="label_assignments.left_out").count() == 1


def test_the_people_of_both_are_the_customers_now_and_each_has_an_event(boss, acme, twin, anna, anna_again):
    services.customer_merge(boss, acme.pk, twin.pk)
    assert set(acme.contacts.all()) == {anna, anna_again}
    event = AuditEvent.objects.get(action="contacts.updated", object_id=str(anna_again.pk))
    assert json.loads(event.changes) == {"customer": [str(twin.pk), str(acme.pk)]}


def test_the_trail_has_the_full_before_of_both(boss, acme, twin, anna_again):
    services.customer_merge(boss, acme.pk, twin.pk)
    stays = json.loads(AuditEvent.objects.get(action="customers.merged").changes)
    assert stays["industry"] == ["", "Wheels"] and stays["merged"] == [None, str(twin.pk)]
    assert stays["moved"] == [None, {"customers.Contact.customer": 1}]
    went = AuditEvent.objects.get(action="customers.merged_away")
    values = json.loads(went.changes)
    assert went.object_id == str(twin.pk) and values["merged_into"] == [None, str(acme.pk)]
    assert {name: values[name][0] for name in ("name", "phone", "external_id")} == {
        "name": "ACME Ltd", "phone": "+493099999", "external_id": "77",
    }  # fmt: skip


def test_what_happened_to_the_other_is_in_the_timeline(api, manager, boss, acme, twin):
    services.customer_update(boss, twin.pk, industry="Rails")
    services.note_create(boss, body="Asked for wheels", customer=twin)
    services.customer_merge(boss, acme.pk, twin.pk)
    entries = api(manager).get(f"customers/{acme.pk}/timeline").json()["results"]
    told = json.dumps(entries)
    assert "Rails" in told and "Asked for wheels" in told


def test_a_deal_with_both_in_it_has_the_person_once(boss, anna, anna_again, acme, owner):
    stage = Stage.objects.order_by("position").first()
    deal = Deal.objects.create(name="D", pipeline=stage.pipeline, stage=stage, team=acme.team, customer=acme)
    for contact in (anna, anna_again):
        DealContact.objects.create(deal=deal, contact=contact, role="evaluator")
    meeting = Activity.objects.create(type="meeting", subject="Lunch", team=acme.team, contact=anna_again)
    meeting.attendees.set([anna, anna_again])
    services.contact_merge(boss, anna.pk, anna_again.pk)
    assert list(deal.contacts.all()) == [anna] == list(meeting.attendees.all())
    meeting.refresh_from_db()
    assert meeting.contact == anna


STANDINGS = [
    ("granted", "withdrawn", ConsentStatus.WITHDRAWN),
    ("withdrawn", "granted", ConsentStatus.WITHDRAWN),
    ("granted", "unknown", ConsentStatus.UNKNOWN),
    ("granted", None, ConsentStatus.GRANTED),
    (None, "granted", ConsentStatus.GRANTED),
    (None, None, ConsentStatus.UNKNOWN),
    ("withdrawn", None, ConsentStatus.WITHDRAWN),
]


@pytest.mark.parametrize(("left", "right", "kept"), STANDINGS)
@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.POST])
def test_of_two_consents_the_stricter_holds(boss, anna, anna_again, left, right, kept, channel):
    for contact, status in ((anna, left), (anna_again, right)):
        if status:
            basis = {"lawful_basis": "consent"} if status == "granted" else {}
            services.consent_record(boss, contact=contact, channel=channel, status=status, **basis)
    rows = anna.consents.count() + anna_again.consents.count()
    services.contact_merge(boss, anna.pk, anna_again.pk)
    anna.refresh_from_db()
    assert standing_of(anna, channel).status == kept and anna.consents.count() >= rows
    assert anna.opted_out_of_email == (channel == Channel.EMAIL and kept == ConsentStatus.WITHDRAWN)


ACME, TWIN = ("anna@acme.example", "work"), ("a@twin.example", "home")


@pytest.mark.parametrize(("chosen", "primary", "beside"), [("this", ACME, TWIN), ("other", TWIN, ACME)])
def test_the_e_mail_and_the_phone_that_are_not_chosen_are_kept_beside(boss, anna, anna_again, chosen, primary, beside):
    old, again = {"email": "old@acme.example", "label": "x"}, {"email": "ANNA@acme.example", "label": "again"}
    values = {"email_label": "work", "phone": "+49301", "further_emails": [old]}
    Contact.objects.filter(pk=anna.pk).update(**values)
    values = {"email": TWIN[0], "email_label": "home", "phone": "+49302", "phone_label": "desk"}
    Contact.objects.filter(pk=anna_again.pk).update(further_emails=[again, old], **values)
    for one in (anna, anna_again):
        Contact.objects.get(pk=one.pk).save()  # with its search text
    before = state()
    merge = services.contact_merge(boss, anna.pk, anna_again.pk, fields={"email": chosen})
    anna.refresh_from_db()
    assert (anna.email, anna.email_label) == primary
    assert [tuple(row.values()) for row in anna.further_emails] == [beside, tuple(old.values())]
    assert anna.further_phones == [{"phone": "+49302", "label": "desk"}] and anna.mobile_phone == "+4917012345"
    services.merge_undo(boss, merge.pk)
    assert state() == before


@pytest.mark.parametrize(("fields", "kept"), [
    ({}, {"tier": "gold", "fee": 5, "berth": "B"}),
    ({"custom_fields": "other"}, {"tier": "iron", "berth": "B"}),
    ({"custom_fields": "this"}, {"tier": "gold", "fee": 5}),
])  # fmt: skip
def test_fields_of_ones_own_are_kept_from_both(boss, acme, twin, fields, kept):
    for key in ("tier", "berth"):
        CustomField.objects.create(holder="customer", key=key, label=key, type="text")
    CustomField.objects.create(holder="customer", key="fee", label="fee", type="number")
    Customer.objects.filter(pk=acme.pk).update(custom_fields={"tier": "gold", "fee": 5})
    Customer.objects.filter(pk=twin.pk).update(custom_fields={"tier": "iron", "berth": "B"})
    services.customer_merge(boss, acme.pk, twin.pk, fields=fields)
    acme.refresh_from_db()
    assert acme.custom_fields == kept


def test_who_may_not_see_one_of_them_decides_none_and_loses_none(boss, acme, twin):
    blind = boss.limited_to({one for one in boss.grants if not one.startswith("billing:")})
    CustomField.objects.create(holder="customer", key="fee", label="fee", type="text", sensitive="billing")
    Customer.objects.filter(pk=acme.pk).update(custom_fields={"fee": "5"})
    Customer.objects.filter(pk=twin.pk).update(custom_fields={"berth": "B"})
    with pytest.raises(Forbidden):
        services.customer_merge(blind, acme.pk, twin.pk, fields={"custom_fields": "other"})
    services.customer_merge(blind, acme.pk, twin.pk, fields={"custom_fields": "this"})
    acme.refresh_from_db()
    assert acme.custom_fields == {"fee": "5", "berth": "B"}


def test_a_mark_of_either_stays(boss, anna, anna_again):
    Contact.objects.filter(pk=anna_again.pk).update(do_not_call=True)
    services.contact_merge(boss, anna.pk, anna_again.pk)
    anna.refresh_from_db()
    assert anna.do_not_call and standing_of(anna, Channel.PHONE).status == ConsentStatus.WITHDRAWN


def test_who_was_below_the_other_takes_its_place(boss, acme, twin, north):
    """twin → between → acme: acme cannot end up below itself."""
    holding = services.customer_create(boss, name="Holding", team=north)
    services.customer_update(boss, twin.pk, parent=holding)
    between = services.customer_create(boss, name="Between", team=north, parent=Customer.objects.get(pk=twin.pk))
    services.customer_update(boss, acme.pk, parent=between)
    services.customer_merge(boss, acme.pk, twin.pk)
    for one in (acme, between):
        one.refresh_from_db()
    assert (acme.parent, between.parent) == (holding, acme)
    assert (acme.account_level, between.account_level) == (1, 2)


def test_a_child_swallows_nothing_of_its_own_line(boss, acme, twin):
    """acme → twin, and acme takes twin's parent if one says so: its own place stays."""
    services.customer_update(boss, twin.pk, parent=acme)
    services.customer_merge(boss, acme.pk, twin.pk, fields={"parent": "other"})
    acme.refresh_from_db()
    assert acme.parent is None


def test_three_become_one_by_two_merges(boss, acme, twin, north):
    third = Customer.objects.create(name="Acme again", team=north)
    note = Note.objects.create(body="n", customer=third, team=north)
    services.customer_merge(boss, twin.pk, third.pk)
    services.customer_merge(boss, acme.pk, twin.pk)
    note.refresh_from_db()
    assert note.customer == acme
    with pytest.raises(Merged) as refusal:
        services.customer_merge(boss, third.pk, acme.pk)
    assert refusal.value.details[0]["message"] == str(acme.pk)


def test_leads_are_merged_unless_one_was_converted(boss, lead, north):
    other = Lead.objects.create(last_name="Lindgren", team=north, email="lind@new.example", company_name="New")
    Note.objects.create(body="n", lead=other, team=north)
    services.lead_merge(boss, lead.pk, other.pk)
    lead.refresh_from_db()
    assert lead.company_name == "New" and lead.notes.count() == 1
    done = Lead.objects.create(last_name="L", team=north, status="converted", converted_at=timezone.now())
    with pytest.raises(LeadConverted):
        services.lead_merge(boss, lead.pk, done.pk)


def refused(actor, this, other, error, code):
    with pytest.raises(error) as refusal:
        services.customer_merge(actor, this, other)
    assert refusal.value.code == code
    assert not Merge.objects.exists()


def test_across_teams_it_is_refused_with_the_reason(superadmin, as_actor, acme, south):
    foreign = Customer.objects.create(name="Acme South", team=south)
    refused(as_actor(superadmin), acme.pk, foreign.pk, Conflict, "different_teams")


def test_an_outsider_sees_neither(outsider, as_actor, acme, twin, make_user, south):
    stranger = make_user("boss@south.example", role="sales_manager", teams=(south,))
    refused(as_actor(stranger), acme.pk, twin.pk, NotFound, "not_found")


def test_a_teammate_without_the_right_is_refused(teammate, as_actor, acme, twin):
    refused(as_actor(teammate), acme.pk, twin.pk, Forbidden, "forbidden")


def test_who_may_merge_but_not_write_is_refused(manager, as_actor, acme, twin):
    refused(
        as_actor(manager).limited_to({"customers:read", "customers:merge"}), acme.pk, twin.pk, Forbidden, "forbidden"
    )


def test_with_itself_nothing_is_merged(boss, acme):
    refused(boss, acme.pk, acme.pk, Invalid, "invalid")


def test_into_an_archived_one_nothing_is_merged_but_an_archived_one_goes_in(boss, acme, twin):
    services.customer_archive(boss, twin.pk)
    refused(boss, twin.pk, acme.pk, Conflict, "archived")
    services.customer_merge(boss, acme.pk, twin.pk)


def test_what_a_legal_hold_keeps_is_not_merged(boss, superadmin, as_actor, acme, twin):
    hold_set(as_actor(superadmin), object_type="customer", object_id=str(twin.pk), reason="dispute")
    refused(boss, acme.pk, twin.pk, Conflict, "not_mergeable")


def test_a_stale_version_is_refused(boss, acme, twin):
    with pytest.raises(Stale):
        services.customer_merge(boss, acme.pk, twin.pk, version=99)


def test_a_trap_is_told_of_and_not_merged(boss, acme, north, monkeypatch):
    told = []
    monkeypatch.setattr(canaries, "_sinks", [lambda touch, method, path: told.append(touch.via)])
    monkeypatch.setattr(canaries, "later", lambda call: call("", ""))
    trap = Customer.objects.create(name="Acme Trap", team=north, is_canary=True)
    refused(boss, acme.pk, trap.pk, Conflict, "not_mergeable")
    assert told == ["write"]


def test_who_may_not_see_a_field_loses_nothing_of_it(boss, acme, twin):
    """The proposal decides about it; choosing it is refused."""
    Customer.objects.filter(pk=twin.pk).update(tax_id="DE1")
    blind = boss.limited_to({one for one in boss.grants if not one.startswith("billing:")})
    with pytest.raises(Forbidden):
        services.customer_merge(blind, acme.pk, twin.pk, fields={"tax_id": "other"})
    services.customer_merge(blind, acme.pk, twin.pk)
    acme.refresh_from_db()
    assert acme.tax_id == "DE1"
