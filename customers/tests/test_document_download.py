"""A file goes out to who may see its record, as an attachment in a sandbox, whole or in part, and the trail knows."""

import io
import socket

import pytest
import requests
from PIL import Image

from auditlog.models import AuditEvent
from customers import services
from customers.documents.content import opened
from customers.models import StoredContent
from customers.tests import document_files as files
from customers.tests.buckets import bucket  # noqa: F401 – the fixture
from customers.tests.document_files import upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def document(actor, acme):
    return services.document_upload(actor, file=upload(files.PDF, "Vertrag (gültig).pdf"), customer=acme)


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("address", ["/documents/{}/download/", "/api/v1/documents/{}/download"])
def test_a_teammate_gets_the_very_bytes_and_an_outsider_nothing(address, sign_in, teammate, outsider, document):
    assert sign_in(outsider).get(address.format(document.pk)).status_code == 404
    assert not AuditEvent.objects.filter(action="documents.downloaded").exists()
    answer = sign_in(teammate).get(address.format(document.pk), headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, body(answer)) == (200, files.PDF)
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Vertrag%20")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/pdf")
    assert answer["ETag"] == f'"{document.sha256}"' and "private" in answer["Cache-Control"]
    event = AuditEvent.objects.get(action="documents.downloaded")
    assert (event.object_id, event.actor_label) == (str(document.pk), str(teammate))


SIZE = len(files.PDF)
RANGES = [
    ("bytes=0-3", 206, files.PDF[:4], f"bytes 0-3/{SIZE}"),
    ("bytes=5-", 206, files.PDF[5:], f"bytes 5-{SIZE - 1}/{SIZE}"),
    ("bytes=-6", 206, files.PDF[-6:], f"bytes {SIZE - 6}-{SIZE - 1}/{SIZE}"),
    (f"bytes=0-{SIZE * 9}", 200, files.PDF, None),
    (f"bytes={SIZE}-", 416, b"", f"bytes */{SIZE}"),
    ("bytes=-0", 416, b"", f"bytes */{SIZE}"),
    ("bytes=9-3", 200, files.PDF, None),
    ("bytes=0-1,3-4", 200, files.PDF, None),
    ("bytes=-", 200, files.PDF, None),
    ("lines=1-2", 200, files.PDF, None),
]


@pytest.mark.parametrize(("asked", "status", "content", "told"), RANGES, ids=[one[0] for one in RANGES])
def test_a_range_is_answered_as_rfc_9110_has_it(asked, status, content, told, sign_in, owner, document):
    answer = sign_in(owner).get(f"/documents/{document.pk}/download/", headers={"Range": asked})
    assert (answer.status_code, body(answer), answer.get("Content-Range")) == (status, content, told)
    assert status == 416 or int(answer["Content-Length"]) == len(content)


def test_a_range_of_another_content_is_the_whole(sign_in, owner, document):
    asked = {"Range": "bytes=0-3", "If-Range": '"older"'}
    assert sign_in(owner).get(f"/documents/{document.pk}/download/", headers=asked).status_code == 200


def test_each_version_can_be_had(sign_in, owner, actor, document):
    services.document_add_version(actor, document.pk, file=upload(files.PNG, "scan.png"))
    client = sign_in(owner)
    assert body(client.get(f"/documents/{document.pk}/download/")) == files.PNG
    assert body(client.get(f"/documents/{document.pk}/download/?number=1")) == files.PDF
    assert client.get(f"/api/v1/documents/{document.pk}/download?number=3").status_code == 404
    assert client.get(f"/api/v1/documents/{document.pk}/download?number=one").status_code == 400
    assert client.get(f"/api/v1/documents/{document.pk}/download?version=1").status_code == 400


def test_a_lost_file_is_said_and_not_a_500(sign_in, owner, document):
    content = StoredContent.objects.get()
    with opened(content) as file:
        path = file.name
    __import__("os").remove(path)
    assert sign_in(owner).get(f"/documents/{document.pk}/download/").status_code == 404


class TestPreviews:
    def test_a_picture_is_drawn_anew_without_what_it_carried(self, sign_in, owner, actor, acme):
        exif = Image.Exif()
        exif[0x010E] = "taken at home"
        target = io.BytesIO()
        Image.new("RGB", (2400, 1200), (9, 99, 200)).save(target, "JPEG", exif=exif)
        document = services.document_upload(actor, file=upload(target.getvalue(), "a.jpg"), customer=acme)
        answer = sign_in(owner).get(f"/documents/{document.pk}/preview/")
        assert answer["Content-Security-Policy"].startswith("sandbox") and answer["Content-Type"] == "image/jpeg"
        assert b"taken at home" in target.getvalue() and b"taken at home" not in answer.content
        assert Image.open(io.BytesIO(answer.content)).size == (1600, 800)
        assert AuditEvent.objects.filter(action="documents.previewed").count() == 1
        again = sign_in(owner).get(f"/documents/{document.pk}/preview/", headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304

    def test_a_pdf_is_shown_inline_without_scripts(self, sign_in, owner, document):
        answer = sign_in(owner).get(f"/documents/{document.pk}/preview/")
        assert body(answer) == files.PDF and answer["Content-Disposition"].startswith("inline")
        assert answer["Content-Security-Policy"].startswith("default-src 'none'")
        assert "script-src" not in answer["Content-Security-Policy"]

    @pytest.mark.parametrize("case", [(b"Hello", "a.txt"), (files.office("word"), "a.docx")])
    def test_the_rest_has_none(self, case, sign_in, owner, actor, acme):
        document = services.document_upload(actor, file=upload(*case), customer=acme)
        answer = sign_in(owner).get(f"/documents/{document.pk}/preview/", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_preview")

    def test_a_picture_that_breaks_off_has_none_either(self, sign_in, owner, actor, acme):
        half = files.image("PNG", (64, 64))[:60]
        document = services.document_upload(actor, file=upload(half, "a.png"), customer=acme)
        assert sign_in(owner).get(f"/documents/{document.pk}/preview/").status_code == 404

    def test_an_outsider_sees_none(self, sign_in, outsider, document):
        assert sign_in(outsider).get(f"/documents/{document.pk}/preview/").status_code == 404


class TestInABucket:
    def test_a_download_is_a_link_that_lasts_a_minute(self, bucket, sign_in, owner, actor, acme):  # noqa: F811
        document = services.document_upload(actor, file=upload(files.PDF, "ü.pdf"), customer=acme)
        answer = sign_in(owner).get(f"/api/v1/documents/{document.pk}/download")
        assert answer.status_code == 302 and answer["Cache-Control"] == "no-store"
        assert "X-Amz-Expires=60" in answer.url
        got = requests.get(answer.url, timeout=5)
        assert (got.status_code, got.content) == (200, files.PDF)
        assert got.headers["Content-Disposition"].startswith("attachment")
        assert requests.get(answer.url.partition("?")[0], timeout=5).status_code in (200, 403)
        assert AuditEvent.objects.filter(action="documents.downloaded").exists()

    def test_it_is_written_once_previewed_and_swept(self, bucket, sign_in, owner, actor, acme):  # noqa: F811
        document = services.document_upload(actor, file=upload(files.PNG, "a.png"), customer=acme)
        services.document_upload(actor, file=upload(files.PNG, "b.png"), customer=acme)
        assert len(bucket.keys()) == 1 and bucket.keys()[0].startswith("vouch/documents/")
        assert sign_in(owner).get(f"/documents/{document.pk}/preview/").status_code == 200

    def test_a_bucket_that_is_away_leaves_no_row(self, bucket, settings, actor, acme):  # noqa: F811
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            bucket.move_to(settings, f"http://127.0.0.1:{probe.getsockname()[1]}")
        with pytest.raises(Exception, match=r"[Cc]onnect"):
            services.document_upload(actor, file=upload(), customer=acme)
        assert not StoredContent.objects.exists()
