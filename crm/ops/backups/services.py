"""What is done with backups. Each leaves its event; each run has a row, in which its end is told in words."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.core.errors import Conflict, Forbidden
from crm.ops.backups import making
from crm.ops.backups.bases import make_base
from crm.ops.backups.errors import BackupError, Running
from crm.ops.backups.manifest import Manifest
from crm.ops.backups.spool import alone, sweep_unfinished, whole
from crm.ops.job_services import run_soon
from crm.ops.models import BackupKind, BackupRun, BackupState

BACKUP_JOB, VERIFY_JOB = "backup", "backup-verify"
STOPPED = "Its process ended in the middle; what it had written was removed."
STILL_GOOD = timedelta(hours=12)
WHAT_WAS_ASKED_FOR = (BackupKind.SCHEDULED, BackupKind.ASKED)
UNFINISHED = (BackupState.RUNNING, BackupState.UNSENT)

log = structlog.get_logger("vouch.backups")


@transaction.atomic
def backup_request(actor: Actor) -> BackupRun:
    """Asks for a backup beside the schedule; one that still waits is enough. Raises Forbidden."""
    if not actor.may("backups:write"):
        raise Forbidden()
    waiting = BackupRun.objects.filter(state=BackupState.ASKED).first()
    if waiting is not None:
        return waiting
    run = BackupRun.objects.create(kind=BackupKind.ASKED, requested_by=actor.label[:255])
    record(actor, "backups.requested", run)
    run_soon(BACKUP_JOB, actor.label)
    return run


@transaction.atomic
def backup_verify_request(actor: Actor, pk: UUID | str) -> BackupRun:
    """Asks that it be restored into a scratch database and compared. Raises NotFound, Forbidden, Conflict."""
    run: BackupRun = fetch_locked(BackupRun, actor, "write", pk)
    if run.state != BackupState.DONE or run.kind == BackupKind.BASE:
        raise Conflict(
            "Only a dump that is there can be verified; a base is, when a moment is restored.", code="backup_not_there"
        )
    if run.verify_asked_at is None:
        run.verify_asked_at = timezone.now()
        run.save(update_fields=["verify_asked_at"])
        record(actor, "backups.verify_requested", run)
        run_soon(VERIFY_JOB, actor.label)
    return run


def backup_run(actor: Actor, kind: BackupKind = BackupKind.SCHEDULED) -> BackupRun:
    """Makes a backup and brings it to its place. What an earlier run could not bring goes first; by the clock, one of
    the last hours that went is enough.

    Raises Running while another run works, else what went wrong, which the row tells, too.
    """
    with alone():
        tidy_up(actor)
        sent = [keep(actor, BackupRun.objects.filter(name=folder.name).first(), folder) for folder in whole()]
        recent = [run for run in sent if run.taken_at and run.taken_at > timezone.now() - STILL_GOOD]
        if recent and kind == BackupKind.SCHEDULED:
            return recent[-1]
        return make_and_keep(actor, kind)


def make_and_keep(actor: Actor, kind: BackupKind) -> BackupRun:
    """Within `alone`."""
    run = _begin(kind)
    folder = _told(actor, run, lambda: making.dump(run.name, run.kind))
    run.state = BackupState.UNSENT
    run.save()
    return keep(actor, run, folder)


def base_run(actor: Actor) -> BackupRun:
    """A base for a point in time. Raises Running, else what went wrong, which the row tells, too."""
    with alone():
        tidy_up(actor)
        run = _begin(BackupKind.BASE)
        return _made(actor, run, _told(actor, run, lambda: make_base(run.name)))


def tidy_up(actor: Actor) -> None:
    """After a run whose process ended: its row is closed, what it left is removed. Within `alone`."""
    sweep_unfinished()
    there = {folder.name for folder in whole()}
    for run in BackupRun.objects.filter(state__in=UNFINISHED).exclude(name__in=there):
        _fail(actor, run, STOPPED)
    BackupRun.objects.filter(state=BackupState.RUNNING).update(state=BackupState.UNSENT)


def _begin(kind: BackupKind) -> BackupRun:
    """The row of whoever asked and waits, or a new one."""
    now = timezone.now()
    asked = BackupRun.objects.filter(state=BackupState.ASKED).order_by("created_at").first()
    run = asked if asked and kind in WHAT_WAS_ASKED_FOR else BackupRun(kind=kind)
    run.name, run.state, run.started_at = making.new_name(now), BackupState.RUNNING, now
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError:
        raise Running() from None
    return run


def keep(actor: Actor, run: BackupRun | None, folder: Path) -> BackupRun:
    """From the spool to its place. A backup that this database does not know, since it was restored, gets a new row."""
    known = run or BackupRun(name=folder.name)
    return _made(actor, known, _told(actor, known, lambda: making.ship(folder), BackupState.UNSENT))


@transaction.atomic
def _made(actor: Actor, run: BackupRun, manifest: Manifest) -> BackupRun:
    describe(run, manifest)
    run.state, run.finished_at, run.error = BackupState.DONE, timezone.now(), ""
    run.save()
    sizes = {"size": (None, manifest.size), "rows": (None, manifest.rows), "files": (None, run.files)}
    record(actor, "backups.made", run, sizes)
    return run


def describe(run: BackupRun, manifest: Manifest) -> None:
    run.name, run.kind, run.taken_at = manifest.name, manifest.kind, manifest.at
    run.size, run.rows, run.files = manifest.size, manifest.rows, manifest.files.get("count", 0)
    run.is_encrypted = manifest.is_encrypted


def _told(actor: Actor, run: BackupRun, work: Callable[[], Any], state: str = BackupState.FAILED) -> Any:
    """What went wrong stands in the row and in the trail before it is raised."""
    try:
        return work()
    except BackupError as error:
        _fail(actor, run, error.message, state)
        raise
    except Exception as error:
        log.exception("backup_failed", name=run.name)
        _fail(actor, run, f"{type(error).__name__}: {error}", state)
        raise


@transaction.atomic
def _fail(actor: Actor, run: BackupRun, error: str, state: str = BackupState.FAILED) -> None:
    run.state, run.error, run.finished_at = state, error, timezone.now()
    run.save()
    record(actor, "backups.failed", run, {"error": ("", error[:500])})
