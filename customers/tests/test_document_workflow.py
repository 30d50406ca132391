"""Verified or rejected by those who may, expired by its date, in versions that are all kept, deleted with an undo."""

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditlog.holds import hold_set
from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from customers import services
from customers.models import Document, DocumentVersion, StoredContent
from customers.tests import document_files as files
from customers.tests.document_files import upload

pytestmark = pytest.mark.django_db
JOB = Actor.system("documents")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def document(actor, acme):
    return services.document_upload(actor, file=upload(), customer=acme)


@pytest.fixture
def checker(manager, as_actor):
    return as_actor(manager)


def verdict(api, person, document, **body):
    return api(person).post(f"documents/{document.pk}/verify", body)


class TestVerification:
    @pytest.mark.parametrize(
        ("who", "status"), [("manager", 200), ("owner", 403), ("outsider", 404), ("superadmin", 200)]
    )
    def test_it_takes_a_right_of_its_own(self, who, status, request, api, document, outsider, manager, as_actor):
        person = request.getfixturevalue(who)
        answer = verdict(api, person, document, status="verified")
        # Whose role does not verify at all is told so before anybody looks for the document.
        assert answer.status_code == (403 if who == "outsider" else status)
        document.refresh_from_db()
        assert document.status == ("verified" if status == 200 else "pending")

    def test_the_verdict_names_who_and_when(self, api, manager, document):
        shown = verdict(api, manager, document, status="verified", expires_on="2099-12-31").json()
        assert (shown["status"], shown["verified_by"]) == ("verified", str(manager.pk))
        assert shown["verified_at"] and shown["expires_on"] == "2099-12-31"
        assert AuditEvent.objects.filter(action="documents.verified", object_id=str(document.pk)).exists()

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({"status": "rejected"}, "reason", "required"),
            ({"status": "rejected", "reason": "  "}, "reason", "required"),
            ({"status": "expired"}, "status", "invalid_choice"),
            ({"status": "verified", "expires_on": "2020-01-01"}, "expires_on", "in_the_past"),
            ({"status": "verified", "mood": "good"}, "mood", "unknown_field"),
            ({}, "status", "required"),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_changes_nothing(self, body, field, code, api, manager, document):
        answer = verdict(api, manager, document, **body)
        detail = answer.json()["error"]["details"][0]
        assert (answer.status_code, detail["field"], detail["code"]) == (422, field, code)
        document.refresh_from_db()
        assert document.status == "pending"

    def test_a_stale_verdict_is_412(self, api, manager, actor, document):
        services.document_update(actor, document.pk, title="Other")
        answer = api(manager).post(f"documents/{document.pk}/verify", {"status": "verified"}, **{"If-Match": '"1"'})
        assert answer.status_code == 412

    def test_the_page_does_the_same_and_keeps_what_was_typed(self, sign_in, manager, owner, document):
        url = f"/documents/{document.pk}/verify/"
        assert sign_in(owner).post(url, {"status": "verified"}).status_code == 403
        refused = sign_in(manager).post(url, {"status": "rejected", "reason": ""})
        assert refused.status_code == 422 and b"Say why it is rejected" in refused.content
        assert sign_in(manager).post(url, {"status": "rejected", "reason": "Unsigned"}).status_code == 302
        assert b"Unsigned" in sign_in(owner).get(f"/documents/{document.pk}/").content

    def test_it_can_be_taken_back(self, checker, document):
        services.document_verify(checker, document.pk, status="verified")
        services.document_verify(checker, document.pk, status="pending")
        document.refresh_from_db()
        assert (document.status, document.verified_by, document.verified_at) == ("pending", None, None)


class TestExpiry:
    @pytest.mark.parametrize(("days", "status"), [(-1, "expired"), (0, "verified"), (1, "verified")])
    def test_a_document_holds_to_the_end_of_its_last_day(self, days, status, checker, document):
        services.document_verify(checker, document.pk, status="verified", expires_on=timezone.localdate())
        Document.objects.update(expires_on=timezone.localdate() + timedelta(days=days))
        services.documents_expire(JOB, timezone.now())
        document.refresh_from_db()
        assert document.status == status
        assert AuditEvent.objects.filter(action="documents.expired").count() == (status == "expired")

    def test_only_what_was_verified_expires(self, checker, document, actor, acme):
        services.document_verify(checker, document.pk, status="rejected", reason="Unsigned")
        services.document_upload(actor, file=upload(), customer=acme)
        Document.objects.update(expires_on=date(2020, 1, 1))
        assert services.documents_expire(JOB, timezone.now()) == "0 documents expired"


class TestVersions:
    def test_a_new_version_keeps_the_old_and_waits_for_a_verdict(self, api, owner, checker, document):
        services.document_verify(checker, document.pk, status="verified")
        answer = api(owner).client.post(
            f"/api/v1/documents/{document.pk}/versions", {"file": upload(files.PNG, "b.png")}
        )
        assert answer.status_code == 201
        shown = answer.json()
        assert (shown["number"], shown["file_name"], shown["status"]) == (2, "b.png", "pending")
        assert shown["verified_by"] is None and shown["content_type"] == "image/png"
        versions = api(owner).get(f"documents/{document.pk}/versions").json()["results"]
        assert [(one["number"], one["file_name"]) for one in versions] == [(2, "b.png"), (1, "contract.pdf")]

    def test_an_old_one_comes_back_as_the_newest(self, api, owner, actor, document):
        services.document_add_version(actor, document.pk, file=upload(files.PNG, "b.png"))
        shown = api(owner).post(f"documents/{document.pk}/versions/restore", {"number": 1}).json()
        assert (shown["number"], shown["file_name"], shown["sha256"]) == (3, "contract.pdf", document.sha256)
        assert document.versions.get(number=3).restored_from == 1 and StoredContent.objects.count() == 2
        assert api(owner).post(f"documents/{document.pk}/versions/restore", {"number": 9}).status_code == 404

    def test_an_outsider_adds_and_restores_none(self, sign_in, outsider, document):
        client = sign_in(outsider)
        posts = {
            f"/documents/{document.pk}/versions/": {"file": upload()},
            f"/documents/{document.pk}/versions/1/restore/": {},
        }
        assert {client.post(url, body).status_code for url, body in posts.items()} == {404}
        assert client.post(f"/api/v1/documents/{document.pk}/versions", {"file": upload()}).status_code == 404
        assert DocumentVersion.objects.count() == 1

    def test_a_refused_version_changes_nothing(self, sign_in, owner, document, folder):
        answer = sign_in(owner).post(f"/documents/{document.pk}/versions/", {"file": upload(files.HTML, "a.pdf")})
        assert answer.status_code == 422 and b"can run scripts" in answer.content
        document.refresh_from_db()
        assert document.number == 1 and StoredContent.objects.count() == 1

    def test_there_is_an_end(self, actor, document, settings):
        settings.DOCUMENT_MOST_VERSIONS = 1
        with pytest.raises(Conflict) as refusal:
            services.document_add_version(actor, document.pk, file=upload(files.PNG, "b.png"))
        assert refusal.value.code == "too_many_versions"

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(acts=st.lists(st.one_of(st.none(), st.integers(1, 6)), max_size=5))
    def test_whatever_is_added_and_brought_back_the_document_is_its_newest_version(self, actor, acme, acts):
        """None adds, a number brings that version back."""
        document = services.document_upload(actor, file=upload(), customer=acme)
        history = [document.sha256]
        for index, act in enumerate(acts):
            if act is None:
                changed = services.document_add_version(actor, document.pk, file=upload(f"{index}".encode(), "a.txt"))
                history.append(changed.sha256)
            elif act <= len(history):
                services.document_restore_version(actor, document.pk, act)
                history.append(history[act - 1])
            else:
                with pytest.raises(NotFound):
                    services.document_restore_version(actor, document.pk, act)
        document.refresh_from_db()
        newest = document.versions.select_related("content").order_by("-number").first()
        assert (document.number, document.sha256) == (newest.number, newest.content.sha256)
        kept = document.versions.order_by("number").values_list("content_id", flat=True)
        assert list(kept) == history


class TestDeletion:
    def test_deleting_is_taken_back_by_undo(self, sign_in, manager, api, document):
        client = sign_in(manager)
        answer = client.post(f"/documents/{document.pk}/archive/")
        page = client.get(answer.url).content
        assert f"/documents/{document.pk}/restore/".encode() in page
        assert api(manager).get("documents").json()["results"] == []
        client.post(f"/documents/{document.pk}/restore/")
        assert len(api(manager).get("documents").json()["results"]) == 1

    def test_after_its_time_it_goes_with_its_content(self, actor, document, folder):
        services.document_archive(actor, document.pk)
        soon, late = timezone.now() + timedelta(days=29), timezone.now() + timedelta(days=32)
        services.documents_clean_up(JOB, soon)
        assert Document.objects.exists() and [one for one in folder.rglob("*") if one.is_file()]
        services.documents_clean_up(JOB, late)
        assert not Document.objects.exists() and not StoredContent.objects.exists()
        assert AuditEvent.objects.filter(action="documents.deleted").exists()

    def test_what_another_document_has_too_stays(
        self, actor, acme, document, folder, django_capture_on_commit_callbacks
    ):
        services.document_upload(actor, file=upload(), customer=acme)
        services.document_archive(actor, document.pk)
        with django_capture_on_commit_callbacks(execute=True):
            services.documents_clean_up(JOB, timezone.now() + timedelta(days=400))
        assert Document.objects.count() == StoredContent.objects.count() == 1
        assert len([one for one in folder.rglob("*") if one.is_file()]) == 1

    def test_a_legal_hold_keeps_it(self, superadmin, as_actor, actor, document):
        hold_set(as_actor(superadmin), object_type="document", object_id=str(document.pk), reason="dispute")
        services.document_archive(actor, document.pk)
        services.documents_clean_up(JOB, timezone.now() + timedelta(days=400))
        assert Document.objects.exists()

    def test_a_rep_deletes_only_their_own(self, as_actor, teammate, document):
        with pytest.raises(Forbidden):
            services.document_archive(as_actor(teammate), document.pk)

    def test_who_overwrites_is_stopped(self, actor, document):
        services.document_update(actor, document.pk, title="Other", version=1)
        with pytest.raises(Stale):
            services.document_update(actor, document.pk, title="Late", version=1)
        with pytest.raises(Invalid):
            services.document_update(actor, document.pk, title="")
        assert json.loads(AuditEvent.objects.filter(action="documents.updated").get().changes)["title"][1] == "Other"


def test_the_card_shows_them_to_the_team_and_to_nobody_else(sign_in, teammate, outsider, acme, document):
    url = f"/documents/for/customer/{acme.pk}/"
    assert b"contract" in sign_in(teammate).get(url).content
    assert sign_in(outsider).get(url).status_code == 404
    assert f'hx-get="{url}"' in sign_in(teammate).get(f"/customers/{acme.pk}/").content.decode()


def test_the_list_narrows_by_status_and_record(sign_in, owner, actor, acme, anna, document):
    services.document_upload(actor, file=upload(files.PNG, "photo.png"), contact=anna)
    client = sign_in(owner)
    assert b"photo" in client.get("/documents/").content
    assert b"photo" not in client.get(f"/documents/?customer={acme.pk}").content
    assert b"No document matches" in client.get("/documents/?status=verified").content


def test_the_list_is_searched_by_title_and_file_name_and_says_for_what(sign_in, owner, outsider, actor, anna, document):
    services.document_upload(actor, file=upload(files.PNG, "photo.png"), contact=anna)
    page = sign_in(owner).get("/documents/?search=PHOTO").content.decode()
    assert "photo.png" in page and "contract.pdf" not in page and 'value="PHOTO"' in page
    assert "No document matches" in sign_in(owner).get("/documents/?search=nothing").content.decode()
    assert "photo.png" not in sign_in(outsider).get("/documents/?search=photo").content.decode()
