"""The transport of scheduled files: a delivery is one run's file with its manifest, to where its schedule says."""

from io import BytesIO
from time import monotonic
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.utils.translation import gettext as _

from crm.outbox.claims import renew
from crm.outbox.errors import Deferred, Refused
from crm.outbox.models import Delivery
from crm.transfer.exports.manifest import sealed_manifest
from crm.transfer.exports.models import Export, ExportState
from crm.transfer.schedules.destinations import PLACES, Part
from crm.transfer.schedules.models import ScheduledRun
from crm.transfer.schedules.running import (
    locked_run,
    manifest_bytes,
    owner_of,
    rows_of,
    run_done,
    run_fail,
    stop_unless_stopped,
)
from crm.transfer.schedules.stopping import why_not

RENEWS_EVERY = 30.0  # seconds


class Renewing:
    """A file whose reader keeps the claim on its delivery, however long the other side takes."""

    def __init__(self, file: BinaryIO, delivery: Delivery) -> None:
        self._file, self._delivery, self._renewed_at = file, delivery, monotonic()

    def read(self, size: int = -1) -> bytes:
        """Raises Deferred where another process has taken it over."""
        if monotonic() - self._renewed_at >= RENEWS_EVERY:
            if not renew(self._delivery):
                raise Deferred("Another process delivers this file.")
            self._renewed_at = monotonic()
        return self._file.read(size)

    def seek(self, *where: int) -> int:
        return self._file.seek(*where)

    def tell(self) -> int:
        return self._file.tell()


def deliver_file(delivery: Delivery, content: dict[str, Any]) -> None:
    """Does nothing for a run that has ended. Raises Refused, Deferred, Unreachable."""
    run = _deliverable(content["run"])
    if run is None:
        return
    export = cast(Export, run.export)
    manifest = manifest_bytes(sealed_manifest(export))
    with export.file.open("rb") as file:
        parts: list[Part] = [
            (run.file_name, cast(BinaryIO, Renewing(cast(BinaryIO, file), delivery)), export.file_size),
            (f"{run.file_name}.manifest.json", BytesIO(manifest), len(manifest)),
        ]
        where = PLACES[run.schedule.destination](parts, delivery.attempts)
    _note(content["run"], where)


@transaction.atomic
def _note(pk: str, where: str) -> None:
    if run := locked_run(pk):
        rows = rows_of(run.export) if run.export else _("The file")
        run_done(run, _("%(rows)s, delivered to %(where)s") % {"rows": rows, "where": where})


@transaction.atomic
def _judged(pk: str) -> tuple[ScheduledRun | None, str]:
    """The run, or why it must not be delivered, which ends it."""
    run = locked_run(pk)
    if run is None:
        return None, ""
    reason = why_not(run.schedule) or _refusal(run)
    if reason:
        run_fail(run, reason)
    if why_not(run.schedule):
        stop_unless_stopped(run.schedule, reason)
    return run, reason


def _deliverable(pk: str) -> ScheduledRun | None:
    run, reason = _judged(pk)
    if reason:
        raise Refused(reason)
    return run


def _refusal(run: ScheduledRun) -> str:
    """The right to the file is that of now, as for a download."""
    if run.export is None or run.export.state != ExportState.DONE:
        return _("The file was removed before it was delivered.")
    actor = owner_of(run.schedule)
    needed = ("exports:write", f"{run.export.resource}:export", f"{run.export.resource}:read")
    lost = next((permission for permission in needed if not actor.may(permission)), "")
    return _("%(person)s no longer has the right %(right)s.") % {"person": actor.label, "right": lost} if lost else ""
