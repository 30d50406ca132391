"""Nobody gets a file before the scanner said "clean": a small server speaks clamd's INSTREAM over a real socket."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from django.utils import timezone

from auditlog.models import AuditEvent
from crm.core.actor import Actor
from customers import services
from customers.documents.scanning import ScannerAway, ask_scanner, scan_pending
from customers.models import StoredContent
from customers.tests.document_files import upload

pytestmark = pytest.mark.django_db(transaction=True)
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
JOB = Actor.system("document-scan")


class Clamd:
    """Answers as clamd does; `answer` overrides the finding."""

    def __init__(self, path: Path) -> None:
        self.path, self.answer, self.seen = path, b"", []
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(path))
        self.listening.listen()
        Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                connection, _address = self.listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while length := struct.unpack(">I", stream.read(4))[0]:
                    content += stream.read(length)
                self.seen.append(content)
                found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
                connection.sendall(self.answer or found)


@pytest.fixture
def clamd(settings, tmp_path) -> Iterator[Clamd]:
    server = Clamd(tmp_path / "clamd.ctl")
    settings.CLAMAV_ADDRESS = f"unix:{server.path}"
    yield server
    server.listening.close()


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def code_of(answer):
    return answer.status_code, answer.json()["error"]["code"]


def download(sign_in, person, document):
    return sign_in(person).get(f"/api/v1/documents/{document.pk}/download")


def test_a_clean_file_is_free_at_once_and_was_sent_whole(clamd, sign_in, owner, actor, acme):
    content = b"a" * 200_000
    document = services.document_upload(actor, file=upload(content, "a.txt"), customer=acme)
    assert clamd.seen == [content]
    assert StoredContent.objects.get().scan == "clean" and download(sign_in, owner, document).status_code == 200


def test_an_infected_file_reaches_nobody_and_the_trail_says_what_was_found(
    clamd, sign_in, owner, superadmin, actor, acme
):
    document = services.document_upload(actor, file=upload(EICAR, "a.txt"), customer=acme)
    for person in (owner, superadmin):
        assert code_of(download(sign_in, person, document)) == (409, "infected_file")
    assert sign_in(owner).get(f"/documents/{document.pk}/preview/").status_code == 409
    assert b"Eicar-Test-Signature" in sign_in(owner).get(f"/documents/{document.pk}/").content
    event = AuditEvent.objects.get(action="documents.infected")
    assert event.object_id == str(document.pk) and "Eicar" in event.changes
    again = services.document_upload(actor, file=upload(EICAR, "b.txt"), customer=acme)
    assert len(clamd.seen) == 1, "the same content is known"
    assert code_of(download(sign_in, owner, again)) == (409, "infected_file")


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: nonsense\0"])
def test_while_the_scanner_says_nothing_clear_the_file_waits_and_the_job_tries_again(
    answer, clamd, sign_in, owner, actor, acme
):
    address = clamd.path
    clamd.answer = answer or b"\0"
    document = services.document_upload(actor, file=upload(), customer=acme)
    refused = download(sign_in, owner, document)
    assert code_of(refused) == (409, "not_scanned_yet") and refused["Retry-After"]
    with pytest.raises(ScannerAway, match=str(address)):
        scan_pending(JOB, timezone.now())
    clamd.answer = b""
    assert scan_pending(JOB, timezone.now()) == "1 files scanned, 0 infected"
    assert download(sign_in, owner, document).status_code == 200


def test_while_it_is_away_uploads_go_on_and_wait(settings, tmp_path, sign_in, owner, actor, acme):
    settings.CLAMAV_ADDRESS = f"unix:{tmp_path / 'nobody.ctl'}"
    document = services.document_upload(actor, file=upload(), customer=acme)
    assert code_of(download(sign_in, owner, document)) == (409, "not_scanned_yet")


def test_over_tcp_too(settings):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.CLAMAV_ADDRESS = f"tcp://127.0.0.1:{listening.getsockname()[1]}"

        def serve() -> None:
            connection, _address = listening.accept()
            with connection:
                while not connection.recv(65536).endswith(b"\0\0\0\0"):
                    pass
                connection.sendall(b"stream: OK\0")

        Thread(target=serve, daemon=True).start()
        assert ask_scanner(iter([b"abc"])) == ""


def test_without_a_scanner_files_are_free_and_are_looked_at_once_there_is_one(sign_in, owner, actor, acme, request):
    document = services.document_upload(actor, file=upload(EICAR, "a.txt"), customer=acme)
    assert download(sign_in, owner, document).status_code == 200
    assert scan_pending(JOB, timezone.now()) == "No scanner is set"
    request.getfixturevalue("clamd")
    assert code_of(download(sign_in, owner, document)) == (409, "not_scanned_yet")
    assert scan_pending(JOB, timezone.now()) == "1 files scanned, 1 infected"
    assert AuditEvent.objects.filter(action="documents.infected").count() == 1
