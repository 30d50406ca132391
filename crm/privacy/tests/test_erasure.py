"""After an erasure nothing in the database names the person, the trail still verifies, and the preview told it all."""

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import models

from accounts.models import Session, User
from auditlog.holds import hold_set
from auditlog.models import AuditEvent, SecurityEvent, Severity
from auditlog.security import security_event
from crm.core.actor import Origin
from crm.core.documents import digest_of
from crm.core.errors import Conflict, NotFound
from crm.core.fields import LineField, ProseField
from crm.privacy import services
from crm.privacy.certificates import certificate, content_of
from crm.privacy.erasing import plan_for, subject_erase
from crm.privacy.identifiers import ERASED
from crm.privacy.models import ErasedHash, Erasure, SubjectRequest
from crm.privacy.personal import BLANK, KEPT
from crm.privacy.subjects import KINDS, chosen, kind_of
from crm.privacy.tests.conftest import EMAIL, PHONE, WRITTEN
from crm.privacy.tests.dumps import dump, findings
from crm.transfer.exports.services import export_create
from crm.transfer.models import ImportRow, ImportRun
from customers.models import Contact, Note
from customers.services import bulk_undo, consent_record, contact_restore, contact_update, records_archive

pytestmark = pytest.mark.django_db
TRACES = [EMAIL, PHONE, PHONE[3:], WRITTEN, "wilma", "zuckermann"]


def erasure_of(officer, *subjects, person=EMAIL):
    pairs = [[kind_of(one), str(one.pk)] for one in subjects]
    return services.request_open(officer, kind="erasure", person=person, subjects=pairs)


@pytest.fixture
def far_and_wide(actor, owner, officer, wilma, lead, notes, settings, tmp_path):
    """Her data where nobody thinks of them."""
    settings.MEDIA_ROOT = tmp_path
    contact_update(actor, wilma.pk, description="Zuckermann plays the cello")
    consent_record(
        actor, contact=wilma, channel="email", status="granted", lawful_basis="consent", evidence="mail of Wilma"
    )
    run = ImportRun(team=wilma.team, owner=owner, resource="contacts", file_name="people.csv", encoding="utf-8")
    run.file.save("x.csv", ContentFile(f"name,email\nWilma Zuckermann,{EMAIL}\n".encode()), save=False)
    run.headers, run.rehearsal, run.state = ["name", "email"], {"rows": [["Wilma Zuckermann", EMAIL]]}, "finished"
    run.started_at = run.finished_at = wilma.created_at
    run.save()
    cells = {"cells": ["Wilma", "Zuckermann", WRITTEN], "label": "Wilma Zuckermann"}
    ImportRow.objects.create(run=run, line=2, status="updated", record_id=wilma.pk, **cells)
    body = json.dumps({"contact": {"email": EMAIL, "name": "Wilma Zuckermann"}}).encode()
    answer = {"actor_id": owner.pk, "key": "k", "fingerprint": "f", "status": 201, "headers": {}, "body": body}
    apps.get_model("api", "StoredAnswer").objects.create(**answer)
    security_event("login.failed", Severity.LOW, Origin(), person_label=EMAIL, typed=EMAIL)
    apps.get_model("outbox", "Delivery").objects.create(
        kind="email", key="1", recipient=EMAIL, payload=json.dumps({"text": "Dear Wilma Zuckermann"}), state="sent"
    )
    services.request_open(officer, kind="access", person="Zuckermann", subjects=[["contact", str(wilma.pk)]])
    return run


def test_nothing_in_the_database_names_her_any_more_and_the_trail_verifies(officer, wilma, lead, far_and_wide):
    request = erasure_of(officer, wilma, lead)
    assert all(trace in dump() for trace in TRACES)
    subject_erase(officer, request.pk)
    left = [trace for trace in TRACES if trace in dump()]
    assert not left
    assert findings() == []


def test_what_is_no_longer_hers_stays(officer, acme, wilma, lead, notes, far_and_wide):
    subject_erase(officer, erasure_of(officer, wilma, lead).pk)
    wilma.refresh_from_db()
    assert (str(wilma), wilma.customer, wilma.is_archived) == (ERASED, acme, True)
    assert Note.objects.get(pk=notes[1].pk).body == f"Ask {ERASED} ({ERASED}) first"
    consent = wilma.consents.get()
    assert (consent.status, consent.lawful_basis, consent.evidence) == ("granted", "consent", "")
    event = AuditEvent.objects.get(action="notes.created", object_id=str(notes[1].pk))
    told = AuditEvent.objects.get(action="audit.redacted", object_id=str(event.pk))
    assert event.changes == "" and f"Ask {ERASED} ({ERASED}) first" in told.changes


def test_the_preview_tells_what_will_happen(officer, wilma, lead, far_and_wide):
    request = erasure_of(officer, wilma, lead)
    before = dump()
    preview = plan_for(chosen(officer, request.subjects), request).counts()
    assert dump() == before
    assert subject_erase(officer, request.pk).counts == preview
    assert preview["customers.note"] == 2 and preview["transfer.files"] == 1 and preview["customers.contact"] == 1


def test_a_second_look_finds_nothing_left(officer, wilma, lead, far_and_wide):
    subject_erase(officer, erasure_of(officer, wilma, lead).pk)
    again = plan_for([Contact.objects.get(pk=wilma.pk)])
    assert not again.traces and not again.answers and not again.files


def test_the_file_of_an_import_is_gone_once_the_erasure_is_certain(
    officer, wilma, lead, far_and_wide, django_capture_on_commit_callbacks
):
    path = far_and_wide.file.path
    assert Path(path).exists()
    with django_capture_on_commit_callbacks(execute=True):
        subject_erase(officer, erasure_of(officer, wilma, lead).pk)
    assert not ImportRun.objects.get(pk=far_and_wide.pk).file
    assert not Path(path).exists()


def test_somebody_else_of_the_same_address_keeps_it_until_they_are_chosen(officer, wilma, lead):
    subject_erase(officer, erasure_of(officer, wilma).pk)
    lead.refresh_from_db()
    assert lead.email == EMAIL and lead.last_name == "Zuckermann"


def test_a_namesake_keeps_the_name(officer, wilma, acme):
    other = Contact.objects.create(first_name="Wilma", last_name="Zuckermann", email="w@other.example", team=acme.team)
    subject_erase(officer, erasure_of(officer, wilma).pk)
    other.refresh_from_db()
    assert other.email == "w@other.example" and "zuckermann" in other.search_text


def test_a_legal_hold_refuses_and_is_named(officer, wilma, notes):
    hold_set(officer, object_type="note", object_id=str(notes[0].pk), reason="dispute 7")
    request = erasure_of(officer, wilma)
    with pytest.raises(Conflict, match="dispute 7") as refusal:
        subject_erase(officer, request.pk)
    wilma.refresh_from_db()
    assert refusal.value.code == "legal_hold" and wilma.email == EMAIL and not Erasure.objects.exists()


def test_undo_and_restore_do_not_bring_her_back(officer, actor, manager_actor, wilma):
    change = records_archive(manager_actor, Contact, [wilma.pk])
    subject_erase(officer, erasure_of(officer, wilma).pk)
    bulk_undo(manager_actor, change.pk)
    contact_restore(manager_actor, wilma.pk) if Contact.objects.get(pk=wilma.pk).is_archived else None
    assert not [trace for trace in TRACES if trace in dump()]


@pytest.fixture
def manager_actor(make_user, as_actor, north):
    return as_actor(make_user("manager@north.example", "sales_manager", (north,)))


def test_an_edit_that_was_open_is_stale(officer, actor, wilma):
    seen = wilma.version
    subject_erase(officer, erasure_of(officer, wilma).pk)
    with pytest.raises(Exception, match="changed this record"):
        contact_update(actor, wilma.pk, version=seen, email=EMAIL)


def test_a_colleague_leaves_a_number_and_what_they_did(officer, teammate, as_actor, acme, sign_in):
    sign_in(teammate)
    contact = Contact.objects.create(last_name="Kind", team=acme.team)
    contact_update(as_actor(teammate), contact.pk, title="Head of Wheels")
    security_event(
        "login.failed", Severity.LOW, Origin("192.0.2.9"), person_id=teammate.pk, person_label="Tom Teammate"
    )
    request = erasure_of(officer, teammate, person="Tom Teammate")
    with pytest.raises(Conflict, match="still works here"):
        subject_erase(officer, request.pk)
    User.objects.filter(pk=teammate.pk).update(is_active=False)
    subject_erase(officer, request.pk)
    assert not [trace for trace in ("teammate@north", "tom teammate", "192.0.2.9") if trace in dump()]
    event = AuditEvent.objects.get(action="contacts.updated")
    told = AuditEvent.objects.get(action="audit.redacted", object_id=str(event.pk))
    assert event.actor_id == teammate.pk and event.actor_label == "" and "Head of Wheels" in told.changes
    assert not Session.objects.filter(user=teammate).exists() and findings() == []
    assert SecurityEvent.objects.get(kind="login.failed").erased_at


def test_the_certificate_proves_itself_and_names_nobody(officer, wilma, notes):
    erasure = Erasure.objects.get(pk=subject_erase(officer, erasure_of(officer, wilma).pk).pk)
    text = json.dumps(certificate(erasure))
    assert erasure.digest == digest_of(content_of(erasure)) and '"customers.note": 2' in text
    assert not [trace for trace in TRACES if trace in text.casefold()]
    erasure.counts["customers.note"] = 1
    assert erasure.digest != digest_of(content_of(erasure))


def test_the_tombstone_holds_only_hashes(officer, wilma):
    subject_erase(officer, erasure_of(officer, wilma).pk)
    hashes = list(ErasedHash.objects.values_list("hash", flat=True))
    assert len(hashes) == 3 and all(len(one) == 64 for one in hashes)


def test_out_of_reach_is_not_erased(make_user, as_actor, south, officer, wilma):
    request = erasure_of(officer, wilma)
    with pytest.raises(NotFound):
        subject_erase(as_actor(make_user("a@south.example", "admin", (south,))), request.pk)
    assert Contact.objects.get(pk=wilma.pk).email == EMAIL and SubjectRequest.objects.get().is_open


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_that_can_hold_a_persons_data_is_erased_or_kept_with_a_reason(kind):
    kinds = (models.CharField, models.TextField, LineField, ProseField, models.DateField)
    columns = {
        field.attname
        for field in KINDS[kind]._meta.concrete_fields
        if isinstance(field, kinds) and not isinstance(field, models.DateTimeField)
    }
    assert columns <= set(BLANK[kind]) | set(KEPT[kind]), columns - set(BLANK[kind]) - set(KEPT[kind])
    assert all(KEPT[kind].values())


def test_files_that_may_show_the_person_are_removed(
    officer, wilma, lead, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    people, firms = (export_create(officer, resource=resource) for resource in ("contacts", "customers"))
    asked = erasure_of(officer, wilma)
    with django_capture_on_commit_callbacks(execute=True):
        erasure = subject_erase(officer, asked.pk)
    people.refresh_from_db()
    firms.refresh_from_db()
    assert (people.state, firms.state) == ("expired", "done")
    assert not list((tmp_path / "exports").glob(f"{people.pk}*")) and erasure.counts["transfer.files"] == 1
