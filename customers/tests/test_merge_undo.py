"""A merge is undone within 30 days: both records as they were, unless something was changed, which is told first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from auditlog.models import AuditEvent
from crm.core.errors import Conflict, Forbidden, NotFound
from customers import services
from customers.errors import AlreadyUndone, EditedSince, UndoExpired
from customers.models import Contact, Customer, LabelAssignment, Merge, Note
from customers.services.merges import purge_merges
from customers.tests.state import state

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(manager, as_actor):
    return as_actor(manager)


@pytest.fixture
def twin(north, teammate):
    values = {"phone": "+493099999", "industry": "Wheels", "external_id": "77"}
    return Customer.objects.create(name="ACME Ltd", team=north, owner=teammate, **values)


@pytest.fixture
def merged(boss, acme, twin, key_account, anna):
    """With a label on both, so that one assignment had to go, and a contact and a note on either."""
    for customer in (acme, twin):
        LabelAssignment.objects.create(label=key_account, customer=customer)
        Note.objects.create(body="n", customer=customer, team=customer.team)
    Contact.objects.create(last_name="Two", customer=twin, team=twin.team)
    before = state()
    merge = services.customer_merge(boss, acme.pk, twin.pk)
    assert state() != before
    return merge, before


def test_both_are_as_they_were(boss, merged, twin):
    merge, before = merged
    back = services.merge_undo(boss, merge.pk)
    assert state() == before and back.pk == twin.pk
    assert {"customers.parted", "customers.brought_back"} <= set(AuditEvent.objects.values_list("action", flat=True))


def test_versions_go_on_so_that_nothing_held_meanwhile_is_taken_for_current(boss, merged, acme, twin):
    was = {one.pk: one.version for one in (acme, twin)}
    services.merge_undo(boss, merged[0].pk)
    assert {one.pk: one.version - was[one.pk] for one in Customer.objects.all()} == {acme.pk: 2, twin.pk: 1}


def test_it_is_undone_once(boss, merged):
    services.merge_undo(boss, merged[0].pk)
    with pytest.raises(AlreadyUndone):
        services.merge_undo(boss, merged[0].pk)


def codes(boss, merge):
    with pytest.raises(EditedSince) as refusal:
        services.merge_undo(boss, merge.pk)
    return {(one["field"], one["code"]) for one in refusal.value.details}


def test_an_edit_since_is_told_first_and_stays_if_one_says_so(boss, merged, acme, twin):
    merge, _before = merged
    services.customer_update(boss, acme.pk, industry="Rails", email="new@acme.example")
    assert codes(boss, merge) == {("industry", "edited"), ("email", "edited")}
    assert not Customer.objects.filter(pk=twin.pk).exists()
    services.merge_undo(boss, merge.pk, keep_edits=True)
    acme.refresh_from_db()
    twin.refresh_from_db()
    assert (acme.industry, acme.email, acme.external_id, twin.industry) == ("Rails", "new@acme.example", "", "Wheels")


def test_what_was_moved_on_deleted_or_added_since_is_told_and_stays(boss, merged, acme, twin, north):
    merge, _before = merged
    other = services.customer_create(boss, name="Other", team=north)
    moved = Contact.objects.get(last_name="Two")
    services.contact_update(boss, moved.pk, customer=other)
    services.note_delete(boss, Note.objects.filter(customer=acme).latest("pk").pk)
    services.note_create(boss, body="new", customer=acme)
    assert codes(boss, merge) == {("customer", "moved_on"), ("customer", "added")}
    services.merge_undo(boss, merge.pk, keep_edits=True)
    moved.refresh_from_db()
    assert moved.customer == other
    assert [note.body for note in twin.notes.all()] == [] and acme.notes.filter(body="new").exists()


def test_what_a_row_pointed_to_and_is_gone_is_left_out(boss, merged, key_account, acme, twin):
    merge, _before = merged
    services.label_delete(boss, key_account.pk)
    assert ("label", "target_gone") in codes(boss, merge)
    services.merge_undo(boss, merge.pk, keep_edits=True)
    assert not LabelAssignment.objects.exists() and Customer.objects.filter(pk=twin.pk).exists()


def test_a_value_that_another_record_took_since_is_a_conflict_and_nothing_is_undone(boss, merged, acme, twin, north):
    merge, _before = merged
    services.customer_update(boss, acme.pk, external_id="78")
    services.customer_create(boss, name="Third", team=north, external_id="77")
    with pytest.raises(Conflict) as refusal:
        services.merge_undo(boss, merge.pk, keep_edits=True)
    assert refusal.value.code == "already_exists" and not Customer.objects.filter(pk=twin.pk).exists()


def test_the_later_merge_is_undone_first(boss, acme, twin, north):
    third = Customer.objects.create(name="Third", team=north, industry="Sails")
    before = state()
    first = services.customer_merge(boss, twin.pk, third.pk)
    second = services.customer_merge(boss, acme.pk, twin.pk)
    with pytest.raises(Conflict) as refusal:
        services.merge_undo(boss, first.pk)
    assert refusal.value.code == "merged_again"
    services.merge_undo(boss, second.pk)
    services.merge_undo(boss, first.pk)
    assert state() == before


def test_after_30_days_there_is_no_undo_and_nothing_personal_left_to_undo_it_with(boss, merged):
    merge, _before = merged
    at = timezone.now() + timedelta(days=30, minutes=1)
    assert purge_merges(timezone.now()) == 0 and purge_merges(at) == 1 and purge_merges(at) == 0
    with pytest.raises(UndoExpired):
        services.merge_undo(boss, merge.pk)
    assert Merge.objects.get().kept == {}


def test_not_everybody_undoes_it(outsider, teammate, as_actor, merged):
    with pytest.raises(NotFound):
        services.merge_undo(as_actor(outsider), merged[0].pk)
    with pytest.raises((Forbidden, NotFound)):
        services.merge_undo(as_actor(teammate), merged[0].pk)
