"""A file comes in by page, API and sub-collection, is kept once, and when it does not come in nothing is left of it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import transaction

from auditlog.models import AuditEvent
from customers import services
from customers.documents.content import sweep
from customers.errors import TooManyDocuments
from customers.models import Document, DocumentVersion, StoredContent
from customers.services import documents
from customers.tests import document_files as files
from customers.tests.document_files import upload

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def kept_files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def rows():
    return [model.objects.count() for model in (Document, DocumentVersion, StoredContent)]


def send(client, path, file, **values):
    return client.post(f"/api/v1/{path}", {"file": file, **values})


def test_the_api_takes_a_file_and_answers_what_it_is(sign_in, owner, acme, folder):
    answer = send(sign_in(owner), "documents", upload(), title="Framework contract", customer=acme.pk)
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["title"], shown["status"], shown["content_type"]) == (
        "Framework contract",
        "pending",
        "application/pdf",
    )
    assert (shown["size"], shown["number"], shown["duplicates"]) == (len(files.PDF), 1, [])
    (file,) = kept_files(folder)
    assert file.read_bytes() == files.PDF and shown["sha256"] in file.name
    assert file.stat().st_mode & 0o077 == 0, "readable by nobody else"


@pytest.mark.parametrize("kind", ["customers", "contacts", "leads"])
def test_a_sub_collection_takes_it_for_its_record(kind, sign_in, owner, outsider, acme, anna, lead):
    record = {"customers": acme, "contacts": anna, "leads": lead}[kind]
    assert send(sign_in(outsider), f"{kind}/{record.pk}/documents", upload()).status_code == 404
    answer = send(sign_in(owner), f"{kind}/{record.pk}/documents", upload())
    assert (answer.status_code, answer.json()[kind[:-1]]) == (201, str(record.pk))
    assert answer.json()["title"] == "contract", "called as its file is"
    listed = sign_in(owner).get(f"/api/v1/{kind}/{record.pk}/documents").json()["results"]
    assert [one["id"] for one in listed] == [answer.json()["id"]]


def test_the_page_takes_it_and_shows_the_card_again(sign_in, owner, acme):
    url = f"/documents/for/customer/{acme.pk}/upload/"
    answer = sign_in(owner).post(url, {"file": upload(), "document_type": "contract"}, headers=HTMX)
    assert answer.status_code == 200 and b"contract" in answer.content and "was added" in answer["HX-Trigger"]
    assert sign_in(owner).post(url, {"file": upload(), "document_type": "other"}).url == f"/customers/{acme.pk}/"


def test_a_refused_file_leaves_what_was_typed_and_the_reason(sign_in, owner, acme, folder):
    body = {"file": upload(files.SVG, "a.svg"), "title": "Our logo", "document_type": "other"}
    answer = sign_in(owner).post(f"/documents/for/customer/{acme.pk}/upload/", body, headers=HTMX)
    assert answer.status_code == 422
    assert b"Our logo" in answer.content and b"can run scripts" in answer.content
    assert rows() == [0, 0, 0] and not kept_files(folder)


REFUSED = {
    "a page as a picture": (upload(files.HTML, "a.png", "image/png"), "active_content"),
    "a program": (upload(b"MZ\x90\x00" * 9, "a.pdf", "application/pdf"), "unknown_format"),
    "another type": (upload(files.PDF, "a.pdf", "image/png"), "declared_type_mismatch"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_of_what_the_api_refuses_nothing_is_left(case, sign_in, owner, acme, folder):
    file, code = case
    before = AuditEvent.objects.count()
    answer = send(sign_in(owner), "documents", file, customer=acme.pk)
    assert (answer.status_code, answer.json()["error"]["details"][0]["code"]) == (422, code)
    assert rows() == [0, 0, 0] and not kept_files(folder) and AuditEvent.objects.count() == before


def raw(name: bytes, content: bytes = files.PDF) -> dict[str, object]:
    """A body as no browser sends it."""
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n'
    body = head + b"Content-Type: application/pdf\r\n\r\n" + content + b"\r\n--b--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=b"}


NAMES = {
    "a path": (b"../../etc/cron.d/a.pdf", 422, "unsafe_file_name"),
    "a path of Windows": (b"..\\\\..\\\\a.pdf", 422, "unsafe_file_name"),
    "a NUL": (b"a.pdf\x00.exe", 422, "unsafe_file_name"),
    "nothing but dots": (b"..", 422, "unsafe_file_name"),
    "300 bytes": (b"a" * 296 + b".pdf", 422, "file_name_too_long"),
    "4 KB": (b"a" * 4092 + b".pdf", 400, ""),
}


@pytest.mark.parametrize("case", NAMES.values(), ids=NAMES.keys())
def test_a_name_that_django_would_repair_is_refused(case, sign_in, owner, acme, folder):
    name, status, code = case
    client = sign_in(owner)
    for url in (f"/api/v1/customers/{acme.pk}/documents", f"/documents/for/customer/{acme.pk}/upload/"):
        answer = client.post(url, **raw(name), headers={"Accept": "application/json"})
        assert answer.status_code == status, url
        error = answer.json()["error"]
        assert (error["details"][0]["code"] == code) if code else error["code"] == "bad_request"
    assert rows() == [0, 0, 0] and not kept_files(folder)


def test_without_a_file_it_says_so(sign_in, owner, acme):
    answer = sign_in(owner).post("/api/v1/documents", {"customer": acme.pk})
    assert answer.status_code == 422 and answer.json()["error"]["details"][0]["field"] == "file"
    answer = sign_in(owner).post(f"/documents/for/customer/{acme.pk}/upload/", {"document_type": "other"})
    assert answer.status_code == 422


def test_a_document_is_about_something_of_its_team(sign_in, owner, outsider, acme):
    assert send(sign_in(owner), "documents", upload()).json()["error"]["details"][0]["field"] == "customer"
    assert send(sign_in(outsider), "documents", upload(), customer=acme.pk).status_code == 422
    assert rows() == [0, 0, 0]


def test_a_role_that_only_reads_uploads_nothing(sign_in, make_user, north, acme, folder):
    reader = make_user("reader@north.example", role="read_only", teams=(north,))
    assert send(sign_in(reader), "documents", upload(), customer=acme.pk).status_code == 403
    assert sign_in(reader).post(f"/documents/for/customer/{acme.pk}/upload/", {"file": upload()}).status_code == 403
    assert rows() == [0, 0, 0] and not kept_files(folder)


def test_the_same_content_is_kept_once_and_said_aloud(sign_in, owner, outsider, as_actor, acme, anna, folder, south):
    client = sign_in(owner)
    first = send(client, "documents", upload(), customer=acme.pk).json()
    second = send(client, "documents", upload(name="again.pdf"), contact=anna.pk).json()
    assert second["duplicates"] == [first["id"]]
    assert rows() == [2, 2, 1] and len(kept_files(folder)) == 1
    theirs = services.lead_create(as_actor(outsider), last_name="Elsewhere", team=south)
    hidden = send(sign_in(outsider), "documents", upload(), lead=theirs.pk).json()
    assert hidden["duplicates"] == [], "another team's documents are nobody's business"
    page = client.post(
        f"/documents/for/customer/{acme.pk}/upload/", {"file": upload(), "document_type": "other"}, headers=HTMX
    )
    assert "The same file is here already: contract, again" in page["HX-Trigger"]


def test_what_fails_inside_the_transaction_takes_the_file_along(actor, acme, folder, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(documents, "_add", fails)
    with pytest.raises(RuntimeError):
        services.document_upload(actor, file=upload(), customer=acme)
    assert rows() == [0, 0, 0] and not kept_files(folder)


def test_what_fails_leaves_alone_what_was_there_before(actor, acme, folder, monkeypatch):
    services.document_upload(actor, file=upload(), customer=acme)
    monkeypatch.setattr(documents, "_add", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.document_upload(actor, file=upload(), customer=acme)
    assert rows() == [1, 1, 1] and len(kept_files(folder)) == 1


def test_a_full_disk_leaves_nothing(actor, acme, folder, monkeypatch):
    def half(self, name, content):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(b"%PDF-half")
        raise OSError("No space left on device")

    monkeypatch.setattr(type(storages["documents"]), "_save", half)
    with pytest.raises(OSError, match="No space"):
        services.document_upload(actor, file=upload(), customer=acme)
    assert rows() == [0, 0, 0] and not kept_files(folder)


def test_what_a_transaction_around_it_took_back_the_broom_finds_a_day_later(actor, acme, folder):
    def rolled_back():
        with transaction.atomic():
            services.document_upload(actor, file=upload(), customer=acme)
            transaction.set_rollback(True)

    rolled_back()
    (orphan,) = kept_files(folder)
    now = orphan.stat().st_mtime
    assert sweep(moment(now + 3600)) == 0 and kept_files(folder)
    assert sweep(moment(now + 2 * 86_400)) == 1 and not kept_files(folder)


def moment(seconds):
    return datetime.fromtimestamp(seconds, UTC)


def test_a_record_has_no_more_documents_than_it_may(actor, acme, settings, folder):
    settings.DOCUMENT_MOST_PER_RECORD = 1
    services.document_upload(actor, file=upload(), customer=acme)
    with pytest.raises(TooManyDocuments):
        services.document_upload(actor, file=upload(files.PNG, "b.png"), customer=acme)
    assert rows() == [1, 1, 1] and len(kept_files(folder)) == 1


def test_a_repeated_request_with_a_key_makes_one_document(sign_in, owner, acme, folder):
    client = sign_in(owner)
    body = raw(b"a.pdf", files.PDF + b"%" * 3_000_000)
    url, key = f"/api/v1/customers/{acme.pk}/documents", {"Idempotency-Key": "one"}
    first, second = (client.post(url, **body, headers=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second["Idempotency-Replayed"] == "true" and first.content == second.content
    assert client.post(url, **raw(b"b.pdf"), headers=key).status_code == 422, "another file under the same key"
    assert rows() == [1, 1, 1] and len(kept_files(folder)) == 1


def test_an_upload_counts_as_work_and_stands_in_the_timeline(actor, acme, api, owner):
    services.document_upload(actor, file=upload(), customer=acme, title="Framework contract")
    acme.refresh_from_db()
    assert acme.last_activity_at is not None
    entry = api(owner).get(f"customers/{acme.pk}/timeline").json()["results"][0]
    assert (entry["kind"], entry["summary"]) == ("document", "added the document Framework contract")
