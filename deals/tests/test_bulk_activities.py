"""Many activities done, reopened, given away, put off, archived and deleted from their list, and back again."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from auditlog.models import AuditEvent
from crm.bulk import services
from crm.bulk.driving import BULK
from crm.bulk.models import BulkRun
from crm.outbox.draining import drain
from crm.transfer.journal import state_of
from deals import services as deals
from deals.models import Activity

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(owner: Any, deal: Any) -> list[Activity]:
    """Three calls and three tasks to do, and a call that was held."""
    plan = [("call", "planned"), ("task", "planned")] * 3 + [("call", "held")]
    due = timezone.now() + timedelta(days=2)
    made = [
        deals.activity_create(actor_for(owner), type=kind, subject=f"A{n}", status=status, deal=deal, due_at=due)
        for n, (kind, status) in enumerate(plan)
    ]
    return sorted(made, key=lambda one: one.pk)


def everything() -> list[Any]:
    return [state_of(one) for one in Activity.objects.order_by("pk")]


def finished(path: str) -> BulkRun:
    drain(kinds=[BULK.kind])
    return BulkRun.objects.get(pk=path.split("/")[2])


@pytest.mark.parametrize(("action", "statuses"), [("complete", {"held", "completed"}), ("archive", {"planned"})])
def test_all_that_the_list_shows_change_behind_and_come_back(action, statuses, many, manager, sign_in, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 2)
    before, client = everything(), sign_in(manager)
    page = client.get("/activities/").content.decode()
    assert 'name="query" value="state=open&amp;"' in page and 'data-total="6"' in page
    form = {"action": action, "all_matching": "1", "query": "state=open&"}
    path = client.post("/activities/bulk/", form).url
    run = finished(path)
    assert (run.state, run.total, run.done_count) == ("finished", 6, 6), "what is done already was not on the list"
    changed = Activity.objects.filter(pk__in=run.items.values("record_id"))
    assert set(changed.values_list("status", flat=True)) == statuses
    events = AuditEvent.objects.filter(trace_id=run.trace_of_run, action=f"activities.{action}d")
    assert events.count() == 6 and set(events.values_list("actor_id", flat=True)) == {manager.pk}
    client.post(f"{path}undo/")
    assert finished(path).state == "undone" and everything() == before


def test_a_few_are_done_at_once_with_an_undo_beside_the_message(many, owner, sign_in):
    before, client = everything(), sign_in(owner)
    form = {"action": "reopen", "ids": [str(one.pk) for one in many if one.status == "held"]}
    page = client.post("/activities/bulk/", {**form, "query": "state=done&"}, follow=True)
    run = BulkRun.objects.get()
    assert page.redirect_chain == [("/activities/?state=done&", 302)]
    told = page.content.decode()
    assert "Reopen. 1 activity changed." in told and f'data-undo="/bulk/{run.pk}/undo/"' in told
    assert not Activity.objects.filter(completed_at__isnull=False).exists()
    client.post(f"/bulk/{run.pk}/undo/")
    assert everything() == before


def test_a_due_date_and_an_owner_for_several(many, manager, teammate, sign_in):
    before, client, ids = everything(), sign_in(manager), [str(one.pk) for one in many]
    form = {"resource": "activities", "ids": ids, "field": "due_at"}
    page = client.post("/bulk/change/", form).content.decode()
    assert "Change 7 activities" in page and 'value="subject"' not in page and 'value="starts_at"' not in page
    client.post("/bulk/change/", {**form, "due_at": "2030-01-02T09:30", "do": "change"})
    assert {timezone.localtime(one.due_at).isoformat()[:16] for one in Activity.objects.all()} == {"2030-01-02T09:30"}
    due = BulkRun.objects.get()
    assert due.about == "Change: Due at 2 Jan 2030, 09:30"
    client.post("/activities/bulk/", {"action": "assign", "owner": str(teammate.pk), "ids": ids})
    assert set(Activity.objects.values_list("owner", flat=True)) == {teammate.pk}
    for run in (BulkRun.objects.exclude(pk=due.pk).get(), due):
        client.post(f"/bulk/{run.pk}/undo/")
    assert everything() == before


def test_each_by_the_rights_of_who_asks_and_with_a_reason(many, teammate, outsider, deal):
    mine = deals.activity_create(actor_for(teammate), type="task", subject="Mine", deal=deal)
    ids, rep = [mine.pk, many[0].pk], actor_for(teammate)
    run = services.bulk_order(rep, resource="activities", action="archive", ids=ids)
    assert {item.record_id: item.code for item in run.items.all()} == {mine.pk: "", many[0].pk: "forbidden"}
    assert not Activity.objects.get(pk=many[0].pk).is_archived
    before = everything()
    run = services.bulk_order(actor_for(outsider), resource="activities", action="complete", ids=ids)
    assert {(item.code, item.label) for item in run.items.all()} == {("not_found", "")} and everything() == before


def test_the_archive_gives_back_or_lets_go(many, manager, sign_in):
    client, actor = sign_in(manager), actor_for(manager)
    for one in many[:4]:
        deals.activity_archive(actor, one.pk)
    page = client.get("/activities/?archived=true").content.decode()
    assert 'value="restore"' in page and 'value="delete"' in page and 'data-total="4"' in page
    form = {"query": "state=&archived=true", "ids": [str(many[0].pk)]}
    client.post("/activities/bulk/", {**form, "action": "restore"})
    assert Activity.objects.active().count() == 4
    client.post("/activities/bulk/", {**form, "action": "delete", "all_matching": "1"})
    assert Activity.objects.count() == 4 and not Activity.objects.filter(archived_at__isnull=False).exists()


def test_programs_do_and_undo_it_too(api, owner, many):
    client, before = api(owner), everything()
    answer = client.post("activities/bulk", {"action": "complete", "filters": {"type": "call"}})
    job = answer.json()["id"]
    assert answer.status_code == 201 and (answer.json()["done_count"], answer.json()["unchanged_count"]) == (3, 1)
    assert client.post(f"bulk-jobs/{job}/undo").json()["undone_count"] == 3 and everything() == before
    wrong = client.post("activities/bulk", {"action": "update", "filters": {}, "values": {"subject": "One for all"}})
    assert wrong.json()["error"]["details"][0]["field"] == "values.subject" and everything() == before
    assert client.post("activities/bulk", {"action": "move", "filters": {}}).status_code == 422
