"""Contacts, leads, notes and labels through the API: who sees what, and what a write leaves behind."""

from typing import Any

import pytest

from auditlog.models import AuditEvent
from customers.models import Contact, Lead, Note

pytestmark = pytest.mark.django_db

RESOURCES = ("customers", "contacts", "leads", "notes", "labels")
NEW = {
    "customers": {"name": "Newcomer"},
    "contacts": {"last_name": "Newcomer"},
    "leads": {"company_name": "Newcomer"},
    "labels": {"name": "Newcomer", "tone": 4},
}
PATCHES = {
    "customers": {"name": "Changed"},
    "contacts": {"title": "Changed"},
    "leads": {"title": "Changed"},
    "notes": {"body": "Changed"},
    "labels": {"name": "Changed"},
}


@pytest.fixture
def records(acme: Any, anna: Any, lead: Any, note: Any, key_account: Any) -> dict[str, Any]:
    return dict(zip(RESOURCES, (acme, anna, lead, note, key_account), strict=True))


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_team_sees_a_record_and_an_outsider_does_not(resource, api, owner, teammate, outsider, records):
    path = f"{resource}/{records[resource].pk}"
    assert [api(user).get(path).status_code for user in (owner, teammate, outsider)] == [200, 200, 404]
    assert api(outsider).get(resource).json()["results"] == []


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("method", ["patch", "delete"])
def test_an_outsiders_write_is_404_and_changes_nothing(resource, method, api, outsider, records):
    record = records[resource]
    answer = getattr(api(outsider), method)(f"{resource}/{record.pk}", PATCHES[resource])
    assert answer.status_code == 404
    assert type(record).objects.get(pk=record.pk).version == record.version


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_patch_is_recorded_and_a_stale_one_is_refused(resource, api, owner, records):
    path = f"{resource}/{records[resource].pk}"
    assert api(owner).patch(path, PATCHES[resource], **{"If-Match": '"1"'}).status_code == 200
    assert api(owner).patch(path, PATCHES[resource], **{"If-Match": '"1"'}).status_code == 412
    assert AuditEvent.objects.get(action=f"{resource}.updated").object_id == str(records[resource].pk)


@pytest.mark.parametrize("resource", NEW)
def test_a_new_record_gets_home_team_and_owner(resource, api, owner, north):
    answer = api(owner).post(resource, NEW[resource])
    assert answer.status_code == 201, answer.content
    assert (answer.json()["team"], answer.json()["owner"]) == (str(north.pk), str(owner.pk))


@pytest.mark.parametrize("resource", ["customers", "contacts", "leads"])
def test_a_teammate_cannot_archive_what_is_not_theirs_and_the_owner_can(resource, api, owner, teammate, records):
    path = f"{resource}/{records[resource].pk}/archive"
    assert api(teammate).post(path).status_code == 403
    assert api(owner).post(path).json()["archived_at"]
    assert api(owner).get(resource).json()["results"] == []
    assert len(api(owner).get(f"{resource}?archived=true").json()["results"]) == 1


@pytest.mark.parametrize(
    ("resource", "body", "field"),
    [
        ("contacts", {"title": "Nobody"}, "last_name"),
        ("contacts", {"last_name": "A", "email": "not one"}, "email"),
        ("contacts", {"last_name": "A", "phone": "12"}, "phone"),
        ("contacts", {"last_name": "A", "country": "Germany"}, "country"),
        ("leads", {"title": "Nobody"}, "last_name"),
        ("leads", {"last_name": "A", "status": "converted"}, "status"),
        ("leads", {"last_name": "A", "score": 101}, "score"),
        ("labels", {"name": "A", "tone": 10}, "tone"),
        ("notes", {"body": "About nothing"}, "customer"),
        ("contacts", {"last_name": "A", "colour": "red"}, "colour"),
    ],
)
def test_a_value_that_is_not_valid_is_422_and_names_its_field(resource, body, field, api, owner, north):
    answer = api(owner).post(resource, body)
    assert answer.status_code == 422, answer.content
    assert field in {detail["field"] for detail in answer.json()["error"]["details"]}


def test_a_contact_belongs_to_the_team_of_its_customer_and_to_no_other(api, owner, outsider, acme):
    assert api(owner).post("contacts", {"last_name": "A", "customer": str(acme.pk)}).json()["team"] == str(acme.team_id)
    assert api(outsider).post("contacts", {"last_name": "A", "customer": str(acme.pk)}).status_code == 422


def test_nobody_becomes_their_own_superior(api, owner, anna):
    report = Contact.objects.create(last_name="Below", team=anna.team, reports_to=anna)
    answer = api(owner).patch(f"contacts/{anna.pk}", {"reports_to": str(report.pk)})
    assert (answer.status_code, answer.json()["error"]["details"][0]["code"]) == (422, "cycle")


def test_a_label_name_is_taken_once_per_team_whatever_its_case(api, owner, outsider, key_account):
    assert api(owner).post("labels", {"name": "KEY ACCOUNT"}).status_code == 409
    assert api(outsider).post("labels", {"name": "Key account"}).status_code == 201


def test_the_author_of_a_note_is_whoever_writes_it(api, owner, teammate, acme):
    answer = api(teammate).post("notes", {"body": "Hi", "customer": str(acme.pk), "owner": str(owner.pk)})
    note = Note.objects.get()
    assert answer.status_code == 201 and note.owner == teammate
    acme.refresh_from_db()
    assert acme.last_activity_at is not None and acme.version == 1


def test_a_converted_lead_is_read_only_except_for_notes(api, owner, lead):
    Lead.objects.filter(pk=lead.pk).update(status="converted", converted_at=lead.created_at)
    path = f"leads/{lead.pk}"
    answers = [api(owner).patch(path, {"title": "X"}), api(owner).post(f"{path}/archive"), api(owner).delete(path)]
    assert [(one.status_code, one.json()["error"]["code"]) for one in answers] == [(409, "lead_converted")] * 3
    assert api(owner).post(f"{path}/notes", {"body": "Still talking"}).status_code == 201


def test_a_labelled_customer_takes_no_label_along_to_another_team(api, make_user, north, south, acme, key_account):
    manager = make_user("both@vouch.example", role="sales_manager", teams=(north, south))
    acme.labels.set([key_account])
    move = {"team": str(south.pk), "owner": None}
    answer = api(manager).patch(f"customers/{acme.pk}", move)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "linked_in_team")
    acme.labels.clear()
    assert api(manager).patch(f"customers/{acme.pk}", move).status_code == 200
