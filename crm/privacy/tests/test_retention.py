"""A policy hits what is past its time and nothing else; the nightly run does exactly what the preview showed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from auditlog.holds import hold_set
from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.errors import Forbidden, Invalid
from crm.privacy.identifiers import ERASED
from crm.privacy.models import RetentionPolicy
from crm.privacy.retention import apply_retention, hits, retention_policy_create
from crm.privacy.tests.dumps import findings
from customers.models import Contact, Note
from deals.models import Deal, DealContact, Stage

pytestmark = pytest.mark.django_db
JOB = Actor.system("retention")
NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=400)
YEAR = {"keep_days": 365, "basis": "no business since", "is_enabled": True}


@pytest.fixture
def old(north, owner):
    """Nobody worked with them for longer than a year."""
    rows = [Contact(last_name=f"Old {i}", email=f"o{i}@old.example", team=north, owner=owner) for i in range(3)]
    Contact.objects.bulk_create(rows)
    Contact.objects.update(updated_at=LONG_AGO, created_at=LONG_AGO)
    return rows


def policy(officer, kind="contact", action="archive", **more):
    return retention_policy_create(officer, kind=kind, action=action, **{**YEAR, **more})


@pytest.mark.parametrize("action", ["archive", "erase", "delete"])
def test_the_run_does_what_the_preview_showed(officer, old, wilma, action):
    made = policy(officer, action=action)
    shown = set(hits(made, NOW).values_list("pk", flat=True))
    assert shown == {one.pk for one in old}
    assert apply_retention(JOB, NOW).endswith(": 3")
    left = Contact.objects.filter(pk__in=shown)
    assert {
        "archive": all(one.is_archived for one in left) and len(left) == 3,
        "erase": {str(one) for one in left} == {ERASED},
        "delete": not left,
    }[action]
    wilma.refresh_from_db()
    assert not wilma.is_archived and not hits(made, NOW).exists() and findings() == []


def test_a_policy_that_is_not_in_force_does_nothing(officer, old):
    policy(officer, is_enabled=False)
    assert apply_retention(JOB, NOW) == "no policy is in force"
    assert not Contact.objects.filter(archived_at__isnull=False).exists()


def test_a_legal_hold_keeps_a_record(officer, old):
    hold_set(officer, object_type="contact", object_id=str(old[0].pk), reason="dispute 7")
    apply_retention(JOB, NOW) if policy(officer, action="delete") else None
    assert list(Contact.objects.all()) == [old[0]]


def test_what_other_records_still_need_is_not_deleted(officer, old, north, owner):
    stage = Stage.objects.order_by("position").first()
    deal = Deal.objects.create(name="Wheels", pipeline=stage.pipeline, stage=stage, team=north, owner=owner)
    DealContact.objects.create(deal=deal, contact=old[0])
    policy(officer, action="delete")
    apply_retention(JOB, NOW)
    assert list(Contact.objects.all()) == [old[0]]


def test_counted_from_archival_only_the_archived_go(officer, old):
    Contact.objects.filter(pk=old[0].pk).update(archived_at=LONG_AGO)
    policy(officer, action="delete", counted_from="archival")
    apply_retention(JOB, NOW)
    assert Contact.objects.count() == 2


def test_a_run_that_was_cut_short_is_finished_by_the_next(officer, old, monkeypatch):
    policy(officer)
    monkeypatch.setattr("crm.privacy.retention.MOST", 2)
    assert apply_retention(JOB, NOW).endswith(": 2")
    assert apply_retention(JOB, NOW).endswith(": 1")


def test_each_record_and_the_policy_leave_an_event(officer, old):
    policy(officer)
    apply_retention(JOB, NOW)
    assert AuditEvent.objects.filter(action="contacts.archived", actor_label="system:retention").count() == 3
    assert AuditEvent.objects.filter(action="retention_policies.applied").count() == 1


def test_notes_are_no_people(officer):
    with pytest.raises(Invalid):
        policy(officer, kind="note", action="erase")
    with pytest.raises(Invalid):
        policy(officer, action="archive", counted_from="archival")


def test_only_who_answers_for_every_team_sets_a_policy(make_user, as_actor, north, owner):
    for person in (make_user("a@north.example", "admin", (north,)), owner):
        with pytest.raises(Forbidden):
            policy(as_actor(person))
    assert not RetentionPolicy.objects.exists()


def test_pages_from_the_list_to_the_preview(sign_in, superadmin, owner, old, notes):
    client = sign_in(superadmin)
    sent = {"kind": "contact", "action": "archive", "keep_days": 365, "counted_from": "activity", "basis": "none left"}
    made = client.post("/compliance/retention/new/", sent)
    assert made.status_code == 302 and "Old 1" in client.get(made["Location"]).text
    assert "none left" in client.get("/compliance/retention/").text
    assert client.post("/compliance/retention/new/", {**sent, "keep_days": 1}).status_code == 422
    assert sign_in(owner).get("/compliance/retention/").status_code == 403
    assert Note.objects.count() == 2
