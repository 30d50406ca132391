"""Looking for malware: ClamAV's daemon over its socket, where one is named. Until it said "clean", nobody gets a file.

The protocol is INSTREAM of clamd(8): chunks after their length in four bytes, big-endian; a length of zero is the end.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.later import later
from customers.documents.content import opened
from customers.errors import InfectedFile, NotScannedYet
from customers.models import Document, StoredContent
from customers.models.choices import ScanState

TIMEOUT, CHUNK, LONGEST_ANSWER = 60, 65_536, 4096
AT_ONCE = 200

log = structlog.get_logger("customers.scanning")


class ScannerAway(Exception):
    """It cannot be reached, or answered something else than a finding."""


def ensure_released(content: StoredContent) -> None:
    """Raises NotScannedYet, InfectedFile."""
    if content.scan == ScanState.INFECTED:
        raise InfectedFile(f"The scanner found {content.scanned_as or 'malware'} in this file. Nobody can download it.")
    if content.scan == ScanState.UNSCANNED and settings.CLAMAV_ADDRESS:
        raise NotScannedYet()


def scan_soon(content: StoredContent) -> None:
    """Once the transaction is kept; the job finds what a crash left out."""
    if settings.CLAMAV_ADDRESS and content.scan == ScanState.UNSCANNED:
        transaction.on_commit(partial(later, partial(_try_to_scan, content.pk)))


def scan_pending(actor: Actor, at: datetime) -> str:
    """The job. Raises ScannerAway, which the jobs page shows; what was found before stays found."""
    if not settings.CLAMAV_ADDRESS:
        return "No scanner is set"
    pending = list(StoredContent.objects.filter(scan=ScanState.UNSCANNED).order_by("wanted_at")[:AT_ONCE])
    findings = [content_scan(actor, content, at) for content in pending]
    return f"{len(findings)} files scanned, {sum(map(bool, findings))} infected"


def content_scan(actor: Actor, content: StoredContent, at: datetime) -> str:
    """What was found, empty for a clean file; each document that has an infected one gets an event."""
    with opened(content) as file:
        finding = ask_scanner(iter(partial(file.read, CHUNK), b""))
    state = ScanState.INFECTED if finding else ScanState.CLEAN
    with transaction.atomic():
        rows = StoredContent.objects.filter(pk=content.pk, scan=ScanState.UNSCANNED)
        if rows.update(scan=state, scanned_at=at, scanned_as=finding[:200]) and finding:
            for document in Document.objects.filter(versions__content=content).distinct():
                record(actor, "documents.infected", document, {"finding": (None, finding)})
    return finding


def ask_scanner(chunks: Iterator[bytes]) -> str:
    """`Eicar-Test-Signature`, or nothing. Raises ScannerAway."""
    try:
        with _connected() as connection:
            connection.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                connection.sendall(struct.pack(">I", len(chunk)) + chunk)
            connection.sendall(struct.pack(">I", 0))
            answer = _answer_of(connection)
    except OSError as error:
        raise ScannerAway(f"{settings.CLAMAV_ADDRESS}: {error}") from error
    verdict = answer.removeprefix("stream: ")
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")
    raise ScannerAway(f"{settings.CLAMAV_ADDRESS} answered: {answer or 'nothing'}")


def _answer_of(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER and (part := connection.recv(LONGEST_ANSWER)):
        answer += part
    return answer.rstrip(b"\0").decode(errors="replace").strip()


@contextmanager
def _connected() -> Iterator[socket.socket]:
    """`tcp://host:port` or `unix:/path`."""
    address = urlsplit(settings.CLAMAV_ADDRESS)
    if address.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(TIMEOUT)
        with connection:
            connection.connect(address.path)
            yield connection
    else:
        with socket.create_connection((address.hostname or "", address.port or 0), TIMEOUT) as connection:
            yield connection


def _try_to_scan(digest: str) -> None:
    content = StoredContent.objects.filter(pk=digest, scan=ScanState.UNSCANNED).first()
    if content is None:
        return
    try:
        content_scan(Actor.system("scanner"), content, timezone.now())
    except (ScannerAway, FileNotFoundError) as error:
        log.warning("not_scanned", digest=digest, reason=str(error))
