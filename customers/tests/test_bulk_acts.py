"""One act on many rows from a list: this page or everything that matches, and an Undo that works."""

import re
from typing import Any

import pytest

from auditlog.models import AuditEvent
from customers import services
from customers.models import BulkChange, Customer, Lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(north: Any, owner: Any) -> list[Customer]:
    return [
        Customer.objects.create(name=f"C{i}", team=north, owner=owner, status=("active", "prospect")[i % 2])
        for i in range(6)
    ]


def undo_url(page: Any) -> str:
    return re.search(r'data-undo="(/customers/bulk/[^"]+)"', page.content.decode())[1]


def test_assigning_the_selected_and_undoing_it(sign_in, manager, teammate, owner, many):
    client = sign_in(manager)
    form = {"action": "assign", "owner": str(teammate.pk), "ids": [str(one.pk) for one in many[:2]]}
    page = client.post("/customers/bulk/", form, follow=True)
    assert b"2 customers got a new owner." in page.content
    assert Customer.objects.filter(owner=teammate).count() == 2
    assert AuditEvent.objects.filter(action="customers.updated").count() == 2
    client.post(undo_url(page))
    assert Customer.objects.filter(owner=owner).count() == 6


def test_all_matching_takes_the_filter_and_not_only_the_page(sign_in, manager, many):
    form = {"action": "archive", "all_matching": "1", "query": "status=active&page_size=1&cursor=x", "ids": []}
    page = sign_in(manager).post("/customers/bulk/", form, follow=True)
    assert b"3 customers archived." in page.content
    assert set(Customer.objects.filter(archived_at__isnull=False).values_list("status", flat=True)) == {"active"}
    sign_in(manager).post(undo_url(page))
    assert not Customer.objects.filter(archived_at__isnull=False).exists()


@pytest.mark.parametrize(("first", "second"), [("label", "unlabel"), ("unlabel", "label")])
def test_labels_go_on_and_off_and_back(first, second, sign_in, owner, many, key_account, actor):
    if first == "unlabel":
        services.customers_label(actor, [one.pk for one in many], key_account)
    before = key_account.assignments.count()
    form = {"action": first, "label": str(key_account.pk), "ids": [str(one.pk) for one in many]}
    page = sign_in(owner).post("/customers/bulk/", form, follow=True)
    assert key_account.assignments.count() == 6 - before
    sign_in(owner).post(undo_url(page))
    assert key_account.assignments.count() == before


def test_somebody_elses_act_cannot_be_undone_and_nothing_twice(sign_in, manager, teammate, many, actor):
    change = services.records_archive(actor, Customer, [many[0].pk])
    assert sign_in(manager).post(f"/customers/bulk/{change.pk}/undo/").status_code == 404
    assert services.bulk_undo(actor, change.pk) == 1
    with pytest.raises(Exception, match="undone before"):
        services.bulk_undo(actor, change.pk)


def test_undo_leaves_what_was_changed_again_since(as_actor, manager, teammate, owner, many):
    actor = as_actor(manager)
    change = services.records_assign(actor, Customer, [one.pk for one in many[:2]], teammate)
    services.customer_update(actor, many[0].pk, owner=manager)
    assert services.bulk_undo(actor, change.pk) == 1
    assert [Customer.objects.get(pk=one.pk).owner for one in many[:2]] == [manager, owner]


def test_a_rep_archives_only_their_own_and_is_told_so(sign_in, teammate, many):
    form = {"action": "archive", "ids": [str(one.pk) for one in many]}
    page = sign_in(teammate).post("/customers/bulk/", form, follow=True)
    assert b"6 stayed as they were." in page.content
    assert not Customer.objects.filter(archived_at__isnull=False).exists()


def test_an_outsider_reaches_nothing_by_naming_ids(sign_in, outsider, many, key_account):
    client = sign_in(outsider)
    client.post("/customers/bulk/", {"action": "archive", "ids": [str(one.pk) for one in many]})
    answer = client.post("/customers/bulk/", {"action": "label", "label": str(key_account.pk), "ids": []})
    assert answer.status_code == 404 and not key_account.assignments.exists()
    assert not Customer.objects.filter(archived_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"action": "explode"}, 400),
        ({"action": "assign"}, 400),
        ({"action": "archive", "ids": "not-an-id"}, 404),
        ({"action": "archive", "all_matching": "1", "query": "colour=red"}, 400),
    ],
)
def test_a_request_that_makes_no_sense_changes_nothing(form, status, sign_in, manager, many):
    assert sign_in(manager).post("/customers/bulk/", form).status_code == status
    assert not BulkChange.objects.exists()


def test_an_owner_outside_the_team_is_refused(as_actor, manager, outsider, many):
    with pytest.raises(Exception, match="not valid"):
        services.records_assign(as_actor(manager), Customer, [many[0].pk], outsider)
    assert Customer.objects.get(pk=many[0].pk).owner != outsider


def test_converted_leads_stay_out_of_a_bulk_archive(actor, lead, north, owner):
    gone = Lead.objects.create(last_name="Open", team=north, owner=owner)
    Lead.objects.filter(pk=lead.pk).update(status="converted", converted_at=lead.created_at)
    assert set(services.records_archive(actor, Lead, [lead.pk, gone.pk]).before) == {str(gone.pk)}
