"""The bytes of documents: kept once per content, written before the transaction and taken back when that fails.

A file's name is its digest and a word of its own, so that whoever gives up removes only what they wrote. A process that
dies in between leaves a file without a row, which the broom finds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.base import File
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from crm.core.ids import uuid7
from customers.documents.inspecting import Inspected
from customers.models import StoredContent

FOLDER = "documents/"
# What nothing points to stays for so long: an upload that found it there may be about to.
GRACE = timedelta(days=1)
BATCH = 500


def storage() -> Any:
    return storages["documents"]


@contextmanager
def written(file: UploadedFile, inspected: Inspected) -> Iterator[str]:
    """The key under which the content was written; empty where it is there already."""
    is_there = StoredContent.objects.filter(sha256=inspected.sha256).update(wanted_at=timezone.now())
    key = "" if is_there else _write(file, inspected)
    try:
        yield key
    except BaseException:
        remove(key)
        raise
    if not StoredContent.objects.filter(key=key).exists():
        # Somebody else brought the same content at the same moment, and theirs is kept.
        remove(key)


def claim(inspected: Inspected, key: str) -> StoredContent:
    """The row of this content, inside the transaction that will point to it."""
    content, _is_new = StoredContent.objects.get_or_create(
        sha256=inspected.sha256,
        defaults={"key": key, "size": inspected.size, "content_type": inspected.format.content_type},
    )
    return content


def opened(content: StoredContent) -> "File[bytes]":
    """Raises FileNotFoundError."""
    return storage().open(content.key)


def remove(key: str) -> None:
    if key:
        storage().delete(key)


def sweep(at: datetime) -> int:
    """Removes what nothing points to any more, row and file, and files that never got a row. Answers how many."""
    return _sweep_rows(at - GRACE) + _sweep_files(at - GRACE)


def sweep_now(digests: list[str]) -> None:
    """The same at once for these contents, without their grace: for an erasure."""
    for digest in digests:
        _forget(digest, timezone.now() + GRACE)


def _sweep_rows(before: datetime) -> int:
    unused = StoredContent.objects.filter(versions=None, wanted_at__lt=before).values_list("pk", flat=True)
    return sum(_forget(digest, before) for digest in list(unused))


@transaction.atomic
def _forget(digest: str, before: datetime) -> int:
    """Looks again under the row's lock, for which whoever wants the content waits."""
    rows = StoredContent.objects.select_for_update(of=("self",)).filter(pk=digest, wanted_at__lt=before)
    content = rows.first()
    if content is None or content.versions.exists():
        return 0
    content.delete()
    transaction.on_commit(partial(remove, content.key))
    return 1


def _sweep_files(before: datetime) -> int:
    removed, batch = 0, []
    for name, written_at in storage().names(FOLDER):
        if written_at < before:
            batch.append(name)
        if len(batch) == BATCH:
            removed, batch = removed + _remove_unknown(batch), []
    return removed + _remove_unknown(batch)


def _remove_unknown(names: list[str]) -> int:
    unknown = set(names) - set(StoredContent.objects.filter(key__in=names).values_list("key", flat=True))
    for name in unknown:
        storage().delete(name)
    return len(unknown)


def _write(file: UploadedFile, inspected: Inspected) -> str:
    """What was written of it when the disk is full, or the bucket away, is removed."""
    key = f"{FOLDER}{inspected.sha256[:2]}/{inspected.sha256}-{uuid7().hex}"
    file.seek(0)
    try:
        storage().save(key, file)
    except BaseException:
        storage().delete(key)
        raise
    return key
