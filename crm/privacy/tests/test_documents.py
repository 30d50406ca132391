"""The documents about a person go out whole with an export and away whole with an erasure; those about others stay."""

import io
import zipfile

import pytest

from crm.privacy import services
from crm.privacy.erasing import subject_erase
from crm.privacy.exporting import subject_export
from customers.models import Document, DocumentVersion, StoredContent
from customers.services import document_add_version, document_upload
from customers.tests import document_files as files
from customers.tests.document_files import upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def passport(actor, wilma):
    """In two versions."""
    document = document_upload(actor, file=upload(files.PNG, "passport of wilma.png"), contact=wilma)
    return document_add_version(actor, document.pk, file=upload(files.JPEG, "passport.jpg"))


def erasure(officer, *subjects):
    pairs = [[str(one._meta.model_name), str(one.pk)] for one in subjects]
    return services.request_open(officer, kind="erasure", person="Wilma", subjects=pairs)


def test_an_export_holds_every_version(officer, request_of_wilma, passport):
    archive = zipfile.ZipFile(io.BytesIO(b"".join(subject_export(officer, request_of_wilma.pk))))
    inside = {name: archive.read(name) for name in archive.namelist() if name.startswith("files/")}
    assert inside == {
        f"files/{passport.pk}/1-passport of wilma.png": files.PNG,
        f"files/{passport.pk}/2-passport.jpg": files.JPEG,
    }
    assert "data/customers.document.json" in archive.namelist()
    assert b"passport" in archive.read("data/customers.documentversion.json")


def test_what_was_not_found_clean_is_not_handed_out(officer, request_of_wilma, passport):
    StoredContent.objects.update(scan="infected")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(subject_export(officer, request_of_wilma.pk))))
    assert not [name for name in archive.namelist() if name.startswith("files/")]


def test_an_erasure_removes_rows_and_content_at_once(
    officer, wilma, passport, folder, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True), django_capture_on_commit_callbacks(execute=True):
        done = subject_erase(officer, erasure(officer, wilma).pk)
    assert done.counts["customers.document"] == 1
    assert [model.objects.count() for model in (Document, DocumentVersion, StoredContent)] == [0, 0, 0]
    assert not [one for one in folder.rglob("*") if one.is_file()]


def test_the_same_content_in_somebody_elses_document_stays(
    officer, actor, acme, wilma, passport, django_capture_on_commit_callbacks
):
    kept = document_upload(actor, file=upload(files.PNG, "logo.png"), customer=acme)
    with django_capture_on_commit_callbacks(execute=True):
        subject_erase(officer, erasure(officer, wilma).pk)
    assert list(Document.objects.all()) == [kept]
    assert StoredContent.objects.get().sha256 == kept.sha256


def test_what_a_colleague_brought_stays_when_they_are_erased(officer, owner, actor, acme, wilma, passport):
    about_acme = document_upload(actor, file=upload(), customer=acme)
    owner.is_active = False
    owner.save()
    subject_erase(officer, erasure(officer, owner, wilma).pk)
    assert list(Document.objects.all()) == [about_acme]
