"""Open records go to colleagues when somebody leaves, and back again within 30 days."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import hand_over
from accounts.models import HandOver, Membership
from auditlog.models import AuditEvent
from crm.core.errors import CrmError
from customers.models import Contact, Customer, Lead
from deals.models import Activity, Deal, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def records(owner, north) -> dict[str, Any]:
    """One open record of each kind of Olive's, and what is closed beside it."""
    own = {"team": north, "owner": owner}
    stages = Stage.objects.order_by("position")
    won = {"stage": stages.get(status="won"), "status": "won", "closed_at": timezone.now()}
    pipeline = stages.first().pipeline
    return {
        "customers": Customer.objects.create(name="Acme", **own),
        "contacts": Contact.objects.create(last_name="Ada", **own),
        "leads": Lead.objects.create(last_name="Lee", **own),
        "deals": Deal.objects.create(name="Roof", pipeline=pipeline, stage=stages.first(), **own),
        "activities": Activity.objects.create(type="task", subject="Call", **own),
        "won": Deal.objects.create(name="Won", pipeline=pipeline, **won, **own),
        "done": Activity.objects.create(type="task", subject="Done", status="completed", **own),
        "archived": Customer.objects.create(name="Old", archived_at=timezone.now(), **own),
    }


def everything_to(heir):
    return dict.fromkeys(hand_over.kinds(), heir)


def owner_of(record):
    return type(record).objects.get(pk=record.pk).owner


def test_what_is_open_is_counted_by_kind(as_actor, superadmin, owner, records):
    found = {one.kind: (one.count, one.beyond) for one in hand_over.holdings_of(as_actor(superadmin), owner)}
    assert found == dict.fromkeys(("customers", "contacts", "leads", "deals", "activities"), (1, 0))


def test_what_is_open_goes_to_one_colleague_and_what_is_closed_stays(as_actor, superadmin, owner, teammate, records):
    done = hand_over.ownership_hand_over(as_actor(superadmin), owner.pk, heirs=everything_to(teammate))
    owners = {name: owner_of(record) for name, record in records.items()}
    assert {name for name, one in owners.items() if one == owner} == {"won", "done", "archived"}
    assert done.count == 5


def test_each_kind_can_go_to_somebody_else(as_actor, superadmin, owner, teammate, make_user, north, records):
    third = make_user("third@north.example", teams=(north,))
    heirs = {**everything_to(teammate), "deals": third}
    hand_over.ownership_hand_over(as_actor(superadmin), owner.pk, heirs=heirs)
    assert (owner_of(records["deals"]), owner_of(records["leads"])) == (third, teammate)


def test_each_record_keeps_an_event_and_the_person_one_about_all(as_actor, superadmin, owner, teammate, records):
    hand_over.ownership_hand_over(as_actor(superadmin), owner.pk, heirs=everything_to(teammate))
    assert AuditEvent.objects.filter(action__endswith=".updated", object_type__in=("customer", "deal")).count() == 2
    summary = AuditEvent.objects.get(action="users.handed_over")
    assert summary.object_id == str(owner.pk) and "Tom Teammate (1)" in summary.changes


def test_the_version_moves_so_that_an_edit_begun_before_is_refused(as_actor, superadmin, owner, teammate, records):
    hand_over.ownership_hand_over(as_actor(superadmin), owner.pk, heirs=everything_to(teammate))
    assert Customer.objects.get(name="Acme").version == records["customers"].version + 1


def test_it_can_be_undone_except_where_a_record_changed_hands_again(
    as_actor, superadmin, owner, teammate, make_user, north, records
):
    actor = as_actor(superadmin)
    done = hand_over.ownership_hand_over(actor, owner.pk, heirs=everything_to(teammate))
    Lead.objects.update(owner=make_user("third@north.example", teams=(north,)))
    assert hand_over.hand_over_undo(actor, done.pk) == 4
    assert owner_of(records["deals"]) == owner and owner_of(records["leads"]) not in (owner, teammate)
    with pytest.raises(CrmError) as refusal:
        hand_over.hand_over_undo(actor, done.pk)
    assert refusal.value.code == "already_undone"


def test_after_thirty_days_it_stays(as_actor, superadmin, owner, teammate, records):
    actor = as_actor(superadmin)
    done = hand_over.ownership_hand_over(actor, owner.pk, heirs=everything_to(teammate))
    late = timezone.now() + timedelta(days=31)
    with pytest.raises(CrmError) as refusal:
        hand_over.hand_over_undo(actor, done.pk, at=late)
    assert refusal.value.code == "undo_expired" and owner_of(records["deals"]) == teammate
    assert not hand_over.undoable(owner, late).exists() and hand_over.undoable(owner).exists()


@pytest.mark.parametrize("heir", ["outsider", "owner", "inactive"])
def test_who_cannot_own_the_records_does_not_get_them(
    as_actor, superadmin, owner, outsider, make_user, north, records, heir
):
    people = {"outsider": outsider, "owner": owner, "inactive": make_user("i@n.example", teams=(north,))}
    if heir == "inactive":
        people[heir].is_active = False
        people[heir].save()
    with pytest.raises(CrmError) as refusal:
        hand_over.ownership_hand_over(as_actor(superadmin), owner.pk, heirs=everything_to(people[heir]))
    assert refusal.value.status == 422 and refusal.value.details[0]["field"] == "customers"
    assert owner_of(records["customers"]) == owner and not HandOver.objects.exists()


def test_one_team_at_a_time(as_actor, superadmin, owner, teammate, outsider, south, records):
    Membership.objects.create(user=owner, team=south)
    away = Customer.objects.create(name="Southern", team=south, owner=owner)
    hand_over.ownership_hand_over(as_actor(superadmin), owner.pk, heirs={"customers": outsider}, team=south)
    assert owner_of(away) == outsider and owner_of(records["customers"]) == owner


def test_an_administrator_hands_over_what_they_reach_and_is_told_of_the_rest(
    as_actor, make_user, owner, teammate, north, south, records
):
    admin = make_user("admin@north.example", role="admin", teams=(north,))
    Membership.objects.create(user=owner, team=south)
    away = Customer.objects.create(name="Southern", team=south, owner=owner)
    held = {one.kind: (one.count, one.beyond) for one in hand_over.holdings_of(as_actor(admin), owner)}
    assert held["customers"] == (1, 1)
    hand_over.ownership_hand_over(as_actor(admin), owner.pk, heirs=everything_to(teammate))
    assert owner_of(away) == owner and owner_of(records["customers"]) == teammate


def test_a_colleague_hands_over_nothing(as_actor, owner, teammate, records):
    with pytest.raises(CrmError) as refusal:
        hand_over.ownership_hand_over(as_actor(teammate), owner.pk, heirs=everything_to(teammate))
    assert refusal.value.status == 403 and owner_of(records["customers"]) == owner


def test_the_number_of_statements_does_not_grow_with_the_records(
    as_actor, superadmin, owner, teammate, north, django_assert_max_num_queries
):
    Customer.objects.bulk_create(Customer(name=f"C{at}", team=north, owner=owner) for at in range(300))
    with django_assert_max_num_queries(29):  # twelve tell the heir, one asks which webhooks listen
        hand_over.ownership_hand_over(as_actor(superadmin), owner.pk, heirs={"customers": teammate})
    assert Customer.objects.filter(owner=teammate).count() == 300
