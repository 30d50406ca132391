"""The export of a person holds every row that is theirs or names them; reflection finds the rows, so none is missed."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from auditlog.models import AuditEvent, SecurityEvent, Severity
from auditlog.security import security_event
from crm.core.actor import Origin
from crm.core.errors import Conflict
from crm.core.relations import ids_without_link, label_of, links_to
from crm.privacy import services
from crm.privacy.archives import purge_archives
from crm.privacy.erasing import subject_erase
from crm.privacy.exporting import subject_export
from crm.privacy.models import SubjectWork, WorkKind
from crm.privacy.relations import EXCEPTED, NAMED_BY_ID, OTHER_IDS, linked_to
from crm.privacy.subjects import KINDS
from crm.privacy.tests.test_erasure import erasure_of
from crm.privacy.works import work_start
from customers.models import BulkChange, Customer, Note
from customers.services import consent_record
from deals.models import Activity, Deal, DealContact, Stage, StageChange

pytestmark = pytest.mark.django_db


def unpacked(pieces):
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    data = {name: archive.read(name).decode() for name in archive.namelist()}
    return data, {name[5:-5]: json.loads(text)["rows"] for name, text in data.items() if name.startswith("data/")}


def ids(rows):
    return {row["id"] for row in rows}


@pytest.mark.parametrize("kind", KINDS)
def test_every_link_to_a_person_is_followed_or_excepted_with_a_reason(kind):
    person = KINDS[kind]()
    linked = linked_to([person])
    for field in links_to(KINDS[kind]):
        assert EXCEPTED.get(label_of(field)) or field.name in str(linked[field.model]), label_of(field)


def test_every_plain_id_is_known_to_name_a_person_or_not_to():
    assert set(ids_without_link()) == set(NAMED_BY_ID) | set(OTHER_IDS)


def test_exceptions_name_links_that_exist():
    known = {label_of(field) for model in KINDS.values() for field in links_to(model)}
    assert set(EXCEPTED) <= known and all(EXCEPTED.values())


@pytest.fixture
def story(actor, owner, wilma, notes, acme, lead):
    """A deal with her in a role, its stages, a meeting, a consent, a bulk change, an event, a kept answer."""
    stage = Stage.objects.order_by("position").first()
    own = {"team": wilma.team, "owner": owner}
    deal = Deal.objects.create(name="Wheels", pipeline=stage.pipeline, stage=stage, customer=acme, **own)
    DealContact.objects.create(deal=deal, contact=wilma, role="primary")
    StageChange.objects.create(deal=deal, to_stage=stage, actor_label="Olive")
    meeting = Activity.objects.create(type="meeting", subject="Lunch", due_at=timezone.now(), **own)
    meeting.attendees.add(wilma)
    consent_record(actor, contact=wilma, channel="email", status="granted", lawful_basis="consent")
    BulkChange.objects.create(user=owner, model="contact", action="assign", before={str(wilma.pk): None})
    apps.get_model("api", "StoredAnswer").objects.create(
        actor_id=owner.pk,
        key="k",
        fingerprint="f",
        status=201,
        headers={},
        body=json.dumps({"email": wilma.email}).encode(),
    )
    return deal


def test_everything_linked_to_her_is_there(officer, request_of_wilma, wilma, story, notes):
    _files, data = unpacked(subject_export(officer, request_of_wilma.pk))
    assert data["customers.contact"][0]["email"] == wilma.email
    assert ids(data["customers.note"]) == {str(notes[0].pk)} and ids(data["customers.note.mentions"]) == {
        str(notes[1].pk)
    }
    assert ids(data["deals.deal"]) == {str(story.pk)} and len(data["deals.stagechange"]) == 1
    assert data["deals.dealcontact"][0]["role"] == "primary" and data["deals.activity_attendees"]
    assert data["customers.consent"][0]["status"] == "granted"
    assert {row["action"] for row in data["auditlog.auditevent"]} >= {"contacts.consent_recorded"}
    assert wilma.email in data["api.storedanswer.answers"][0]["body"]
    assert "lead" in "".join(data) and data["customers.lead.mentions"]


def test_it_can_be_read_by_people_and_checked_by_programs(officer, request_of_wilma, wilma, notes):
    files, _data = unpacked(subject_export(officer, request_of_wilma.pk))
    assert "Wilma prefers mornings" in files["index.html"] and "style.css" in files
    manifest = json.loads(files["manifest.json"])
    assert manifest["files"]["data/customers.note.json"]["rows"] == 1 and len(manifest["files"]) > 3


def test_a_colleagues_export_holds_their_work_and_their_traces_without_secrets(officer, teammate, as_actor, north):
    security_event("login.failed", Severity.LOW, Origin(address="192.0.2.9"), person_id=teammate.pk)
    request = services.request_open(officer, kind="access", person="Tom", subjects=[["user", str(teammate.pk)]])
    files, data = unpacked(subject_export(officer, request.pk))
    assert data["accounts.user"][0]["password"] == "(a secret, withheld)" and teammate.password not in "".join(
        files.values()
    )
    assert data["accounts.membership"] and data["auditlog.securityevent"][0]["address"] == "192.0.2.9"


def test_an_export_is_on_the_record_of_the_request_and_of_the_person(officer, request_of_wilma, wilma):
    subject_export(officer, request_of_wilma.pk)
    told = AuditEvent.objects.filter(action="privacy.exported")
    assert {(event.object_type, event.retention) for event in told} == {
        ("subjectrequest", "sensitive"),
        ("contact", "sensitive"),
    }


def test_without_a_chosen_record_there_is_nothing_to_export(officer):
    with pytest.raises(Conflict):
        subject_export(officer, services.request_open(officer, kind="access", person="x").pk)


def test_the_reach_of_the_officer_limits_what_is_found(make_user, as_actor, north, south, outsider, wilma, notes):
    here = as_actor(make_user("a@north.example", "admin", (north,)))
    note, far = notes[1], Customer.objects.create(name="Far", team=south)
    Note.objects.create(body=f"Met {wilma} at the fair", customer=far, team=south, owner=outsider)
    request = services.request_open(here, kind="access", person="x", subjects=[["contact", str(wilma.pk)]])
    _files, data = unpacked(subject_export(here, request.pk))
    assert ids(data["customers.note.mentions"]) == {str(note.pk)}


def test_a_canary_that_names_the_person_sounds_the_alarm(sign_in, superadmin, request_of_wilma, acme, go_on, media):
    canary = Customer.objects.create(
        name="Quillmere", description="Ask Wilma Zuckermann", team=acme.team, is_canary=True
    )
    client, page = sign_in(superadmin), f"/compliance/subjects/{request_of_wilma.pk}/"
    client.post(f"{page}export/")
    go_on()
    answer = client.get(f"{page}export/file/")
    assert str(canary.pk) in ids(unpacked(answer.streaming_content)[1]["customers.customer.mentions"])
    (touch,) = SecurityEvent.objects.filter(kind="canary.touched")
    assert json.loads(touch.details)["via"] == "subject export" and touch.person_id == superadmin.pk


def test_reading_is_not_exporting(make_user, as_actor, north, request_of_wilma, teammate, sign_in):
    with pytest.raises(Exception, match="nothing here"):
        subject_export(as_actor(teammate), request_of_wilma.pk)
    assert sign_in(teammate).post(f"/compliance/subjects/{request_of_wilma.pk}/export/").status_code == 403


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_the_page_starts_it_tells_how_far_it_is_and_hands_it_out(sign_in, superadmin, request_of_wilma, go_on, media):
    client, page = sign_in(superadmin), f"/compliance/subjects/{request_of_wilma.pk}/"
    assert client.post(f"{page}export/")["Location"] == page
    assert "It begins in a moment" in client.get(page).text
    assert client.get(f"{page}export/file/").status_code == 404
    assert "It begins in a moment" in client.get(f"{page}progress/export/").text
    go_on()
    over = client.get(f"{page}progress/export/", headers={"HX-Request": "true"})
    assert (over.status_code, over["HX-Redirect"]) == (204, page)
    assert "Download the ZIP" in client.get(page).text
    answer = client.get(f"{page}export/file/")
    assert "customers.contact" in unpacked(answer.streaming_content)[1]
    assert AuditEvent.objects.filter(action="privacy.downloaded", object_id=str(request_of_wilma.pk)).exists()


def test_the_api_answers_202_with_an_address_then_200_with_the_archive(api, superadmin, request_of_wilma, go_on, media):
    door, address = api(superadmin), f"compliance/subject-requests/{request_of_wilma.pk}/export"
    assert door.get(address).status_code == 404
    begun = door.post(address)
    assert begun.status_code == 202 and begun["Location"] == begun.json()["status_url"] == f"/api/v1/{address}"
    assert begun.json()["status"] == "waiting" and begun.json()["download_url"] is None
    assert door.post(address).json()["id"] == begun.json()["id"]
    assert door.get(address).status_code == 202
    go_on()
    done = door.get(address)
    assert (done.status_code, done.json()["status"]) == (200, "done")
    answer = door.client.get(done.json()["download_url"])
    assert "customers.contact" in unpacked(answer.streaming_content)[1]


def test_what_one_officer_took_out_is_no_others(api, superadmin, make_user, north, request_of_wilma, go_on, media):
    address = f"compliance/subject-requests/{request_of_wilma.pk}/export"
    api(superadmin).post(address)
    go_on()
    other = api(make_user("a@north.example", "admin", (north,)))
    assert other.get(address).status_code == other.get(f"{address}/file").status_code == 404


def test_the_archive_goes_after_a_week_and_with_any_erasure(
    officer, request_of_wilma, lead, go_on, media, django_capture_on_commit_callbacks
):
    works = [work_start(officer, request_of_wilma.pk, WorkKind.EXPORT)]
    go_on()
    assert len(list(media.rglob("*.zip"))) == 1
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        assert purge_archives(now + timedelta(days=6)) == 0 and purge_archives(now + timedelta(days=8)) == 1
    assert not list(media.rglob("*.zip"))
    works.append(work_start(officer, request_of_wilma.pk, WorkKind.EXPORT))
    go_on()
    with django_capture_on_commit_callbacks(execute=True):
        subject_erase(officer, erasure_of(officer, lead).pk)
    assert not list(media.rglob("*.zip")) and not SubjectWork.objects.exclude(file="").exists()
