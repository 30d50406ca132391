"""Writes the file of an export: under a lease, beside its final place, with count and digest; anew if it was cut."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.collecting import each_without_collecting
from crm.core.errors import CrmError
from crm.core.ids import uuid7
from crm.core.postgresql.replicas import reading_alias
from crm.outbox.errors import Refused
from crm.outbox.models import Delivery
from crm.transfer.exports.errors import Taken
from crm.transfer.exports.exporters import Exporter
from crm.transfer.exports.formats import FORMATS, Encoder
from crm.transfer.exports.manifest import manifest_of
from crm.transfer.exports.models import Export, ExportState
from crm.transfer.exports.reading import Reading
from crm.transfer.exports.selecting import chosen_rows, exporter_for
from crm.transfer.rights import actor_behind

EXPORT = "export"
LEASE = timedelta(minutes=2)
TELLS_EVERY = 0.5  # seconds
MOST_ATTEMPTS = 3
KEPT = timedelta(days=7)
OPEN = (ExportState.QUEUED, ExportState.RUNNING)

log = structlog.get_logger("vouch.exports")


def send_export(delivery: Delivery, content: dict[str, Any]) -> None:
    """The transport: a delivery of kind `export` is an export that is to be written. Raises Deferred, Refused."""
    run_export(content["export"])


def run_export(pk: UUID | str) -> None:
    """Does nothing for one that is done or gone. Raises Taken, Refused, or what went wrong for another try."""
    lease = _take(pk)
    if lease is None:
        return
    export = Export.objects.select_related("owner").get(pk=pk)
    try:
        _write(export, lease)
    except Taken:
        raise
    except CrmError as refusal:
        _give_up(export, lease, refusal.message)
        raise Refused(refusal.message) from refusal
    except Exception as error:
        log.exception("export_failed", id=str(pk))
        if export.attempts >= MOST_ATTEMPTS:
            _give_up(export, lease, f"{type(error).__name__}: {error}")
            raise Refused(f"{type(error).__name__}: {error}") from error
        Export.objects.filter(pk=pk, lease=lease).update(state=ExportState.QUEUED, lease=None, leased_until=None)
        raise


def _take(pk: UUID | str) -> UUID | None:
    lease, now = uuid7(), timezone.now()
    free = Q(lease__isnull=True) | Q(leased_until__lte=now)
    mine = Export.objects.filter(free, pk=pk, state__in=OPEN)
    taken = mine.update(
        lease=lease, leased_until=now + LEASE, state=ExportState.RUNNING, started_at=now, rows_done=0,
        attempts=F("attempts") + 1,
    )  # fmt: skip
    if taken:
        return lease
    if Export.objects.filter(pk=pk, state__in=OPEN).exists():
        raise Taken()
    return None


@transaction.atomic
def _give_up(export: Export, lease: UUID, fault: str) -> None:
    given_up = Export.objects.filter(pk=export.pk, lease=lease).update(
        state=ExportState.FAILED, fault=fault, finished_at=timezone.now(), lease=None, leased_until=None
    )
    if given_up:
        record(Actor.system(EXPORT), "exports.failed", export, {"fault": (None, fault)})


def _write(export: Export, lease: UUID) -> None:
    actor = actor_behind(export.owner, export.rights, door="job")
    exporter = exporter_for(actor, export.resource)
    known, kind = exporter.columns_for(actor), FORMATS[export.format]
    wanted = [known[name] for name in export.columns if name in known]
    reading = Reading(actor, exporter, list(filter(kind.takes, wanted)))
    encoder = kind.encoder(reading.columns)
    with partial_file(export, lease) as path:
        digest = _fill(path, export, lease, actor, exporter, reading, encoder)
        _keep(path, export, lease, actor, reading, encoder, digest)


def _fill(
    path: Path, export: Export, lease: UUID, actor: Actor, exporter: Exporter, reading: Reading, encoder: Encoder
) -> str:
    """Answers the SHA-256 of what was written, once the disk has it."""
    rows, ordering = chosen_rows(actor, exporter, export.filters, export.ids)
    rows = rows.using(reading_alias())
    progress = Progress(export, lease, rows.count())
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for count, data in each_without_collecting(_pieces(encoder, reading.pages(rows, ordering))):
            digest.update(data)
            file.write(data)
            progress.add(count)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _pieces(encoder: Encoder, pages: Any) -> Iterator[tuple[int, bytes]]:
    yield 0, encoder.begin()
    for page in pages:
        yield len(page[0]), encoder.page(page)
    yield 0, encoder.end()


class Progress:
    """Tells the row how far it is, and so keeps the lease; finds out when that went to somebody else."""

    def __init__(self, export: Export, lease: UUID, total: int) -> None:
        self.export, self._lease, self._told_at = export, lease, monotonic()
        export.rows_done, export.rows_total = 0, total
        self._tell(rows_total=total)

    def add(self, rows: int) -> None:
        self.export.rows_done += rows
        if monotonic() - self._told_at >= TELLS_EVERY:
            self._tell()

    def _tell(self, **values: Any) -> None:
        """Raises Taken."""
        mine = Export.objects.filter(pk=self.export.pk, lease=self._lease)
        if not mine.update(rows_done=self.export.rows_done, leased_until=timezone.now() + LEASE, **values):
            raise Taken()
        self._told_at = monotonic()


def _keep(
    path: Path, export: Export, lease: UUID, actor: Actor, reading: Reading, encoder: Encoder, digest: str
) -> None:
    """Under its final name at once, and only where the export is still ours."""
    storage: Storage = Export._meta.get_field("file").storage  # type: ignore[union-attr]
    size, kind = path.stat().st_size, FORMATS[export.format]
    with path.open("rb") as file:
        name = storage.save(f"exports/{export.pk}.{kind.extension}", Movable(file, path))
    try:
        with transaction.atomic():
            if not Export.objects.select_for_update().filter(pk=export.pk, lease=lease).exists():
                raise Taken()
            export.file_size, export.sha256, export.finished_at = size, digest, timezone.now()
            told = {"rows": (None, export.rows_done), "sha256": (None, digest)}
            event = record(actor, f"{export.resource}.export_finished", export, told)
            Export.objects.filter(pk=export.pk).update(
                state=ExportState.DONE, file=name, file_size=size, sha256=digest, finished_at=export.finished_at,
                rows_done=export.rows_done, rows_total=export.rows_done, expires_at=export.finished_at + KEPT,
                manifest=manifest_of(export, actor, reading, encoder.remarks, event), fault="",
                lease=None, leased_until=None, updated_at=export.finished_at, version=F("version") + 1,
            )  # fmt: skip
    except BaseException:
        storage.delete(name)
        raise


class Movable(File):
    """Says where it lies, so that a storage on the same disk moves it instead of copying."""

    def __init__(self, file: Any, path: Path) -> None:
        super().__init__(file, path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def partial_directory() -> Path:
    return Path(settings.MEDIA_ROOT) / "partial"


@contextmanager
def partial_file(export: Export, lease: UUID) -> Iterator[Path]:
    """Gone afterwards, unless it was moved; what a killed process left is swept by `purge_exports`."""
    directory = partial_directory()
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{export.pk}-{lease}.partial"
    path.touch(mode=0o600)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
