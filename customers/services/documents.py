"""Writes to documents. A new version keeps the old ones and has to be verified anew."""

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from auditlog import writes
from auditlog.holds import held
from auditlog.services import last_words, record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked, save_changes
from crm.core.errors import NotFound, invalid_field
from customers.documents.content import claim, sweep, written
from customers.documents.inspecting import Inspected, inspect
from customers.documents.scanning import scan_soon
from customers.errors import TooManyDocuments, TooManyVersions
from customers.models import Document, DocumentVersion, StoredContent
from customers.models.choices import DocumentStatus
from customers.models.subjects import SUBJECTS
from customers.services.contacts import with_team_of

VERDICTS = (DocumentStatus.PENDING, DocumentStatus.VERIFIED, DocumentStatus.REJECTED)
UNDECIDED: dict[str, Any] = {
    "status": DocumentStatus.PENDING, "status_reason": "", "verified_by_id": None, "verified_at": None,
}  # fmt: skip
DUPLICATES_SHOWN = 5
AT_ONCE = 500


def document_upload(actor: Actor, *, file: UploadedFile, title: str = "", **values: Any) -> Document:
    """Without a title it is called as its file is. The storage is asked before the transaction, never within.

    Raises TooLarge, Invalid (see `inspect`), Forbidden, TooManyDocuments; then nothing is left behind.
    """
    inspected = inspect(file)
    with written(file, inspected) as key, transaction.atomic():
        subjects = [values[name] for name in SUBJECTS if values.get(name) is not None]
        for subject in subjects:
            _enter(subject)
        new = Document(**_facts(inspected))
        named = {"title": title.strip() or inspected.file_name.rpartition(".")[0][:200] or inspected.file_name[:200]}
        document = writes.create(actor, new, with_team_of(next(iter(subjects), None), {**values, **named}))
        content = claim(inspected, key)
        _add(document, content, inspected.file_name, actor)
        scan_soon(content)
    return document


@transaction.atomic
def document_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Document:
    """Raises NotFound, Forbidden, Stale, Invalid."""
    return writes.update(actor, Document, pk, values, version)


def document_add_version(actor: Actor, pk: UUID | str, *, file: UploadedFile, version: int | None = None) -> Document:
    """Raises as `document_upload` does, and NotFound, Stale, TooManyVersions."""
    inspected = inspect(file)
    with written(file, inspected) as key, transaction.atomic():
        document = fetch_locked(Document, actor, "write", pk, version)
        content = claim(inspected, key)
        _replace(actor, document, content, inspected.file_name, "documents.version_added")
        scan_soon(content)
    return document


@transaction.atomic
def document_restore_version(actor: Actor, pk: UUID | str, number: int, *, version: int | None = None) -> Document:
    """Brings the content of an earlier version back as the newest one. Raises NotFound, Forbidden, Stale."""
    document = fetch_locked(Document, actor, "write", pk, version)
    earlier = document.versions.select_related("content").filter(number=number).first()
    if earlier is None:
        raise NotFound()
    word = "documents.version_restored"
    _replace(actor, document, earlier.content, earlier.file_name, word, restored_from=number)
    return document


@transaction.atomic
def document_verify(
    actor: Actor, pk: UUID | str, *, status: str, reason: str = "", expires_on: date | None = None,
    version: int | None = None, at: datetime | None = None,
) -> Document:  # fmt: skip
    """A rejection says why; `expires_on` is kept where none is given. Raises NotFound, Forbidden, Stale, Invalid."""
    document = fetch_locked(Document, actor, "verify", pk, version)
    if status not in VERDICTS:
        raise invalid_field("status", f"One of: {', '.join(VERDICTS)}.", "invalid_choice")
    if status == DocumentStatus.REJECTED and not reason.strip():
        raise invalid_field("reason", "Say why it is rejected.", "required")
    day = expires_on or document.expires_on
    if status == DocumentStatus.VERIFIED and day is not None and day < timezone.localdate(at):
        raise invalid_field("expires_on", "This day is over; the document would have expired.", "in_the_past")
    is_open = status == DocumentStatus.PENDING
    values = {
        "status": status, "status_reason": reason.strip(), "expires_on": day,
        "verified_by_id": None if is_open else actor.id, "verified_at": None if is_open else at or timezone.now(),
    }  # fmt: skip
    return _set(actor, document, values, f"documents.{'reopened' if is_open else status}")


document_archive = partial(writes.archive, Document)
document_restore = partial(writes.restore, Document)
document_delete = partial(writes.delete, Document)


def duplicates_of(actor: Actor, document: Document) -> QuerySet[Document]:
    """Other documents with the very same content that the actor may see: reason for a word, not for a refusal."""
    same = Document.objects.for_actor(actor).active().filter(sha256=document.sha256).exclude(pk=document.pk)
    return same.order_by("created_at", "id")[:DUPLICATES_SHOWN]  # type: ignore[no-any-return]


def documents_expire(actor: Actor, at: datetime) -> str:
    """The job: what was verified until yesterday is expired today."""
    due = Document.objects.filter(status=DocumentStatus.VERIFIED, expires_on__lt=timezone.localdate(at))
    count = 0
    for pk in due.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=AT_ONCE):
        with transaction.atomic():
            document = due.select_for_update(of=("self",)).filter(pk=pk).first()
            if document is not None:
                _set(actor, document, {"status": DocumentStatus.EXPIRED}, "documents.expired")
                count += 1
    return f"{count} documents expired"


def documents_clean_up(actor: Actor, at: datetime) -> str:
    """The job: deleted documents past their undo go for good, and then whatever no version points to."""
    gone = Document.objects.filter(archived_at__lt=at - settings.DOCUMENT_UNDO).exclude(pk__in=held("document"))
    count = 0
    for pk in list(gone.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            document = gone.select_for_update(of=("self",)).filter(pk=pk).first()
            if document is not None:
                record(actor, "documents.deleted", document, last_words(document))
                document.delete()
                count += 1
    return f"{count} documents deleted for good, {sweep(at)} files removed"


def _facts(inspected: Inspected) -> dict[str, Any]:
    return {
        "file_name": inspected.file_name,
        "content_type": inspected.format.content_type,
        "size": inspected.size,
        "sha256": inspected.sha256,
    }


def _enter(subject: Any) -> None:
    """Counts as work on the record, and locks it, so that two uploads do not pass the limit together."""
    type(subject).objects.filter(pk=subject.pk).update(last_activity_at=timezone.now())
    if subject.documents.count() >= settings.DOCUMENT_MOST_PER_RECORD:
        raise TooManyDocuments()


def _add(
    document: Document, content: StoredContent, file_name: str, actor: Actor, restored_from: int | None = None
) -> None:
    about = {"number": document.number, "file_name": file_name, "restored_from": restored_from}
    DocumentVersion.objects.create(document=document, content=content, uploaded_by_id=actor.id, **about)


def _replace(
    actor: Actor,
    document: Document,
    content: StoredContent,
    file_name: str,
    word: str,
    restored_from: int | None = None,
) -> None:
    if document.number >= settings.DOCUMENT_MOST_VERSIONS:
        raise TooManyVersions()
    values = {
        "number": document.number + 1, "file_name": file_name, "content_type": content.content_type,
        "size": content.size, "sha256": content.sha256, **UNDECIDED,
    }  # fmt: skip
    _set(actor, document, values, word)
    _add(document, content, file_name, actor, restored_from)


def _set(actor: Actor, document: Document, values: dict[str, Any], word: str) -> Document:
    before = {name: getattr(document, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    for name, value in changed.items():
        setattr(document, name, value)
    save_changes(document, {name.removesuffix("_id") for name in changed})
    record(actor, word, document, {name: (before[name], value) for name, value in changed.items()})
    return document
