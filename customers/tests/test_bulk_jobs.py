"""One act on many records in the background: rights and reasons per record, and a way back for all of them."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from auditlog.holds import hold_set
from auditlog.models import AuditEvent
from crm.bulk import running, services
from crm.bulk.driving import BULK
from crm.bulk.models import BulkRun, ItemState
from crm.core.actor import Actor
from crm.core.errors import CrmError
from crm.core.permissions import Reach
from crm.outbox.draining import drain
from crm.transfer.journal import state_of
from customers import services as customers
from customers.models import BulkChange, Customer, CustomField, Label, LabelAssignment, Lead
from customers.views import bulk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _more_than_four_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five records a transaction."""
    monkeypatch.setattr(services, "AT_ONCE", 4)
    monkeypatch.setattr(running, "CHUNK", 5)
    monkeypatch.setattr(bulk, "QUICK", 4)


@pytest.fixture
def many(north: Any, owner: Any) -> list[Customer]:
    """Twelve, every third of them a prospect."""
    states = ("prospect", "active", "active")
    made = [Customer(name=f"C{n:02}", team=north, owner=owner, status=states[n % 3]) for n in range(12)]
    for one in made:
        one.refresh_search_text()
    return Customer.objects.bulk_create(made)


def again(run: BulkRun) -> BulkRun:
    run.refresh_from_db()
    return run


def finished(run: BulkRun) -> BulkRun:
    drain(kinds=[BULK.kind])
    return again(run)


def reasons(run: BulkRun) -> set[str]:
    return set(run.items.exclude(code="").values_list("code", flat=True))


def test_all_that_match_change_behind_and_come_back(as_actor, manager, many, sign_in):
    client = sign_in(manager)
    form = {"resource": "customers", "all_matching": "1", "query": "ordering=name&page_size=20", "field": "rating"}
    page = client.post("/bulk/change/", form)
    assert b"Change 12 customers" in page.content and b'name="rating"' in page.content
    answer = client.post("/bulk/change/", {**form, "rating": "hot", "do": "change"})
    run = BulkRun.objects.get()
    assert answer.url == f"/bulk/{run.pk}/" and run.about == "Change: Rating Hot"
    assert b"0 of 12" in client.get(answer.url).content and not Customer.objects.filter(rating="hot").exists()
    assert (finished(run).state, run.done_count) == ("finished", 12)
    assert Customer.objects.filter(rating="hot").count() == 12
    events = AuditEvent.objects.filter(action="customers.updated", trace_id=run.trace_of_run)
    assert events.count() == 12 and set(events.values_list("actor_id", flat=True)) == {manager.pk}
    customers.customer_update(as_actor(manager), many[0].pk, rating="cold")
    client.post(f"/bulk/{run.pk}/undo/")
    assert (finished(run).state, run.undone_count, run.conflict_count) == ("undone", 11, 1)
    assert not Customer.objects.filter(rating="hot").exists() and Customer.objects.get(pk=many[0].pk).rating == "cold"
    page = client.get(f"/bulk/{run.pk}/").content.decode()
    assert "Changed since: rating" in page and many[0].name in page


def test_who_ended_in_the_middle_loses_and_doubles_nothing(as_actor, manager, many, monkeypatch):
    run = services.bulk_order(
        as_actor(manager), resource="customers", action="update", values={"rating": "warm"}, filters={}
    )
    running.bulk_step(as_actor(manager), run, 0)
    assert again(run).done_count == 5
    update_many = running.update_many
    monkeypatch.setattr(running, "update_many", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        running.bulk_step(as_actor(manager), run, 0)
    monkeypatch.setattr(running, "update_many", update_many)
    assert Customer.objects.filter(rating="warm").count() == 5
    BULK.pick_up(Actor.system("bulk-pick-up"), timezone.now())
    assert (finished(run).state, run.done_count) == ("finished", 12)
    assert AuditEvent.objects.filter(action="customers.updated").count() == 12


def test_only_what_still_matches_when_its_turn_comes(as_actor, manager, many):
    run = services.bulk_order(
        as_actor(manager), resource="customers", action="archive", filters={"status": "active", "search": "C0"}
    )
    assert run.total == 6
    Customer.objects.filter(name="C01").update(status="prospect")
    Customer.objects.create(name="C0 new", team=many[0].team, owner=manager, status="active")
    assert (finished(run).done_count, run.stayed_count, reasons(run)) == (5, 1, {"no_longer_matches"})
    assert Customer.objects.filter(archived_at__isnull=False).count() == 5


def test_conditions_and_saved_views_select_too(api, manager, many):
    conditions = '{"all":[{"field":"name","op":"is_not","value":"C01"}]}'
    kept = {"resource": "customers", "name": "Tens", "filters": {"status": "active", "filter": conditions}}
    view = api(manager).post("views", kept).json()
    asked = {"action": "update", "values": {"rating": "cold"}}
    answer = api(manager).post("customers/bulk", {**asked, "view": view["id"]})
    assert (answer.status_code, answer.json()["total"], answer.json()["status"]) == (202, 7, "running")
    drain(kinds=[BULK.kind])
    job = api(manager).post("customers/bulk", {**asked, "filters": {"filter": conditions}}).json()["id"]
    run = finished(BulkRun.objects.get(pk=job))
    assert (run.done_count, run.unchanged_count) == (4, 7)


def test_each_that_stays_says_why(as_actor, manager, superadmin, north, owner, actor, lead, sign_in):
    parent = Customer.objects.create(name="Parent", team=north, owner=owner)
    below = Customer.objects.create(name="Below", team=north, owner=owner, parent=parent)
    held = Customer.objects.create(name="=Held", team=north, owner=owner, archived_at=timezone.now())
    hold_set(as_actor(superadmin), object_type="customer", object_id=str(held.pk), reason="dispute")
    boss = as_actor(manager)
    run = services.bulk_order(boss, resource="customers", action="archive", ids=[parent.pk])
    assert (run.stayed_count, reasons(run)) == (1, {"has_children"})
    run = services.bulk_order(boss, resource="customers", action="archive", ids=[parent.pk, below.pk])
    assert (run.done_count, run.stayed_count) == (2, 0), "the one below goes first"
    run = services.bulk_order(boss, resource="customers", action="delete", filters={"archived": "true"})
    assert (run.done_count, reasons(run), run.undone_until) == (2, {"legal_hold"}, None)
    file = b"".join(sign_in(manager).get(f"/bulk/{run.pk}/left.csv").streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(file))
    assert AuditEvent.objects.filter(action="bulk_changes.downloaded", actor_id=manager.pk).count() == 1
    assert (row["record"], row["code"]) == ("'=Held", "legal_hold") and "dispute" in row["reason"]
    Lead.objects.filter(pk=lead.pk).update(status="converted", converted_at=timezone.now())
    junk = Lead.objects.create(last_name="Junk", team=north, owner=owner, status="junk")
    run = services.bulk_order(boss, resource="leads", action="update", values={"status": "qualified"}, filters={})
    assert reasons(run) == {"lead_converted", "transition_refused"} and run.done_count == 0
    assert Lead.objects.get(pk=junk.pk).status == "junk"


def test_rights_are_asked_for_each_record_when_its_turn_comes(as_actor, teammate, outsider, owner, many, north):
    mine = Customer.objects.create(name="Mine", team=north, owner=teammate)
    rep = as_actor(teammate)
    run = services.bulk_order(rep, resource="customers", action="archive", ids=[mine.pk, many[0].pk])
    assert (run.done_count, reasons(run)) == (1, {"forbidden"})
    run = services.bulk_order(as_actor(outsider), resource="customers", action="archive", ids=[many[0].pk])
    item = run.items.get()
    assert (item.state, item.code, item.label) == ("stayed", "not_found", ""), "not even its name is told"
    run = services.bulk_order(
        as_actor(owner), resource="customers", action="update", values={"rating": "hot"}, filters={}
    )
    owner.role.grants = {"customers:read": "team"}
    owner.role.save()
    assert finished(run).state == "failed" and "customers:write" in run.fault
    assert not Customer.objects.filter(rating="hot").exists()


def test_it_may_no_more_than_the_key_it_was_ordered_with(as_actor, manager, teammate, many):
    grants = dict.fromkeys(("customers:read", "customers:write", "users:read"), Reach.TEAM)
    key = replace(as_actor(manager), credential="key", grants=grants)
    with pytest.raises(CrmError, match="customers:delete"):
        services.bulk_order(key, resource="customers", action="archive", filters={})
    run = services.bulk_order(key, resource="customers", action="update", values={"owner": teammate}, filters={})
    assert (finished(run).done_count, reasons(run)) == (0, {"forbidden"})


def test_stopped_it_keeps_what_was_done_and_that_can_be_undone(as_actor, manager, many, sign_in):
    run = services.bulk_order(as_actor(manager), resource="customers", action="archive", filters={})
    running.bulk_step(as_actor(manager), run, 0)
    client = sign_in(manager)
    assert b"Stopped on request" in client.post(f"/bulk/{run.pk}/cancel/", follow=True).content
    assert (finished(run).state, Customer.objects.filter(archived_at__isnull=False).count()) == ("cancelled", 5)
    client.post(f"/bulk/{run.pk}/undo/")
    assert (finished(run).state, Customer.objects.filter(archived_at__isnull=True).count()) == ("undone", 12)
    assert AuditEvent.objects.filter(action="customers.restored").count() == 5
    assert client.post(f"/bulk/{run.pk}/undo/").status_code == 409


def test_a_colleague_sees_and_stops_nothing_of_it(as_actor, manager, teammate, superadmin, many, sign_in, api):
    run = services.bulk_order(as_actor(manager), resource="customers", action="archive", filters={})
    for who in (teammate, superadmin):
        client = sign_in(who)
        for path in ("", "progress/", "left.csv"):
            assert client.get(f"/bulk/{run.pk}/{path}").status_code == 404
        for path in ("cancel/", "undo/"):
            assert client.post(f"/bulk/{run.pk}/{path}").status_code == 404
        assert api(who).get(f"bulk-jobs/{run.pk}").status_code == 404
        assert api(who).get("bulk-jobs").json()["results"] == []
    assert again(run).state == "running"


def test_a_few_are_done_at_once_with_an_undo_beside_the_message(sign_in, manager, many):
    client, pks = sign_in(manager), [str(one.pk) for one in many[:3]]
    form = {"resource": "customers", "ids": pks, "field": "industry", "industry": "Mining", "do": "change"}
    page = client.post("/bulk/change/", form, follow=True)
    run = BulkRun.objects.get()
    assert b"3 customers changed" in page.content and f'data-undo="/bulk/{run.pk}/undo/"'.encode() in page.content
    client.post(f"/bulk/{run.pk}/undo/")
    assert again(run).state == "undone" and not Customer.objects.exclude(industry="").exists()


def test_the_bar_of_a_list_hands_many_over(sign_in, manager, teammate, many, key_account):
    client, form = sign_in(manager), {"all_matching": "1", "query": "status=active"}
    wanted = {**form, "action": "label", "label": str(key_account.pk)}
    answer = client.post("/customers/bulk/", {**wanted, "query": "search=C01"})
    assert "/bulk/" not in answer.url and BulkChange.objects.get().action == "label", "a page of rows goes at once"
    for action in (wanted, {**form, "action": "assign", "owner": str(teammate.pk)}, {**form, "action": "archive"}):
        answer = client.post("/customers/bulk/", {**action, "query": ""})
        assert answer.url.startswith("/bulk/")
        run = BulkRun.objects.get(pk=answer.url.split("/")[2])
        assert (finished(run).state, run.total, run.stayed_count) == ("finished", 12, 0)
    assert key_account.assignments.count() == 12 and not Customer.objects.active().exists()
    answer = client.post("/customers/bulk/", {**form, "action": "restore", "query": "archived=true"})
    assert finished(BulkRun.objects.get(pk=answer.url.split("/")[2])).done_count == 12


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"action": "explode", "filters": {}}, "action"),
        ({"action": "archive"}, "ids"),
        ({"action": "archive", "filters": {"colour": "red"}}, "colour"),
        ({"action": "update", "filters": {}, "values": {"team": "x"}}, "values.team"),
        ({"action": "update", "filters": {}, "values": {"status": "gone"}}, "status"),
        ({"action": "update", "filters": {}, "values": {}}, "values"),
        ({"action": "update", "filters": {}, "values": {"custom_fields": {"none": 1}}}, "values.custom_fields.none"),
        ({"action": "label", "filters": {}, "values": {"label": "x"}}, "values.label"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_and_names_what(asked, field, api, manager, many):
    answer = api(manager).post("customers/bulk", asked)
    assert answer.status_code in (400, 422) and field in {one["field"] for one in answer.json()["error"]["details"]}
    assert not BulkRun.objects.exists()


def test_programs_order_watch_and_take_back(api, manager, many):
    client = api(manager)
    answer = client.post("customers/bulk", {"action": "archive", "filters": {}})
    job = answer.json()["id"]
    assert answer.status_code == 202 and answer.headers["Location"].rstrip("/") == f"/api/v1/bulk-jobs/{job}"
    drain(kinds=[BULK.kind])
    shown = client.get(f"bulk-jobs/{job}").json()
    assert (shown["status"], shown["done_count"], shown["percent_done"]) == ("finished", 12, 100)
    rows = client.get(f"bulk-jobs/{job}/records?result=done").json()["results"]
    assert len(rows) == 12 and rows[0]["result"] == "done"
    assert len(client.get(f"bulk-jobs/{job}/records?after={rows[9]['item']}").json()["results"]) == 2
    assert client.post(f"bulk-jobs/{job}/undo").status_code == 202
    drain(kinds=[BULK.kind])
    assert client.get(f"bulk-jobs/{job}").json()["undone_count"] == 12
    assert client.post(f"bulk-jobs/{job}/undo").json()["error"]["code"] == "nothing_to_undo"


def everything(pks: list[Any]) -> dict[Any, Any]:
    """Each customer field by field, with its labels and who put them there when."""
    labels = LabelAssignment.objects.filter(customer__in=pks).values_list(
        "customer", "label", "assigned_by", "assigned_at"
    )
    return {
        one.pk: (state_of(one), {row for row in labels if row[0] == one.pk})
        for one in Customer.objects.filter(pk__in=pks)
    }


ACTS = st.sampled_from(
    [
        ("update", {"status": "active"}), ("update", {"rating": "hot"}), ("update", {"annual_revenue": "12.50"}),
        ("update", {"website": "https://acme.example"}), ("update", {"custom_fields": {"tier": "gold"}}),
        ("update", {"owner": "teammate"}),
        ("label", {"label": "key"}), ("unlabel", {"label": "key"}), ("archive", {}), ("restore", {}),
    ]
)  # fmt: skip
START = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["prospect", "active", "inactive"]),
        "rating": st.sampled_from(["", "hot"]),
        "custom_fields": st.sampled_from([{}, {"tier": "basic"}, {"tier": "gold"}]),
        "is_labelled": st.booleans(),
        "is_archived": st.booleans(),
        "is_edited_since": st.booleans(),
    }
)


@pytest.mark.usefixtures("people_of_north")
class TestUndo(TestCase):
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(act=ACTS, starts=st.lists(START, min_size=1, max_size=4))
    def test_after_an_undo_everything_is_as_before_unless_edited_since(self, act, starts):
        scene, (action, values) = self.scene, act
        pks = [self.customer(number, start) for number, start in enumerate(starts)]
        before = everything(pks)
        values = {"owner": scene["teammate"]} if "owner" in values else values
        values = {"label": scene["label"]} if "label" in values else values
        run = services.bulk_order(scene["actor"], resource="customers", action=action, values=values, ids=pks)
        edited = [pk for pk, start in zip(pks, starts, strict=True) if start["is_edited_since"]]
        Customer.objects.filter(pk__in=edited).update(description="seen", status="blocked", rating="cold")
        after_edit = everything(pks)
        if run.done_count:
            run = services.bulk_take_back(scene["actor"], run.pk)
        left = set(run.items.filter(state=ItemState.CONFLICT).values_list("record_id", flat=True))
        now = everything(pks)
        assert left <= set(edited)
        for pk in pks:
            if pk not in edited:
                assert now[pk] == before[pk]
            assert all(now[pk][0][name] == after_edit[pk][0][name] for name in ("description",))

    def customer(self, number: int, start: dict[str, Any]) -> Any:
        kept = {name: start[name] for name in ("status", "rating", "custom_fields")}
        archived_at = timezone.now() if start["is_archived"] else None
        team, owner = self.scene["team"], self.scene["owner"]
        made = Customer.objects.create(name=f"C{number}", team=team, owner=owner, archived_at=archived_at, **kept)
        if start["is_labelled"]:
            LabelAssignment.objects.create(label=self.scene["label"], customer=made, assigned_by=owner)
        return made.pk


@pytest.fixture
def people_of_north(request, north, owner, teammate, manager, as_actor):
    CustomField.objects.create(
        holder="customer", key="tier", label="Tier", type="text",
    )  # fmt: skip
    label = Label.objects.create(name="Key", team=north, owner=owner)
    request.cls.scene = {
        "team": north,
        "owner": owner,
        "teammate": teammate,
        "label": label,
        "actor": as_actor(manager),
    }
