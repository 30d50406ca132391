"""Backups by the clock: one a day and what somebody asked for, each week a proof, and what is past its time removed."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.ops.backups.bases import ensure_archiving, expire_bases, server, system_of
from crm.ops.backups.keys import can_open
from crm.ops.backups.retention import expire
from crm.ops.backups.services import backup_run, base_run
from crm.ops.backups.spool import alone, in_mb
from crm.ops.backups.stores import current_store
from crm.ops.backups.verification import backup_verify
from crm.ops.backups.wal import ship_segments
from crm.ops.models import BackupRun, BackupState

NO_WAL = "Nothing was done: BACKUP_WAL_DIR is not set."
NO_IDENTITY = "Nothing was done: the identity is elsewhere, and so it is there that backup_verify can be run."
NOT_SET = "Nothing was done: neither BACKUP_DIR nor BACKUP_S3_BUCKET is set."


def backup_by_the_clock(actor: Actor, at: datetime) -> str:
    """Without a place to keep them nothing is done by the clock; somebody who asks gets one all the same."""
    asked = BackupRun.objects.filter(state=BackupState.ASKED).exists()
    if not settings.BACKUP_IS_SET and not asked:
        return NOT_SET
    run = backup_run(actor)
    removed = backups_expire(actor)
    return f"{run.name}: {run.rows} rows, {run.files} files; {len(removed)} removed"


def verify_by_the_clock(actor: Actor, at: datetime) -> str:
    """Those that somebody asked for, else the newest."""
    asked = BackupRun.objects.filter(verify_asked_at__isnull=False, state=BackupState.DONE).order_by("verify_asked_at")
    names = list(asked.values_list("name", flat=True))
    if not names and not settings.BACKUP_IS_SET:
        return NOT_SET
    if not names and not can_open():
        return NO_IDENTITY
    return "; ".join(str(backup_verify(actor, name)) for name in names or [""])


def backups_expire(actor: Actor) -> list[str]:
    """Removes what is past its time, and says so in rows and trail."""
    with alone():
        removed = expire(current_store())
    if removed:
        BackupRun.objects.filter(name__in=removed).update(state=BackupState.REMOVED, updated_at=timezone.now())
        record(actor, "backups.expired", None, {"backups": (len(removed), 0)})
    return removed


def base_by_the_clock(actor: Actor, at: datetime) -> str:
    if not settings.BACKUP_WAL_DIR:
        return NO_WAL
    run = base_run(actor)
    removed = expire_bases(current_store())
    BackupRun.objects.filter(name__in=removed).update(state=BackupState.REMOVED, updated_at=timezone.now())
    return f"{run.name}: {in_mb(run.size or 0)}; {len(removed)} removed"


def wal_by_the_clock(actor: Actor, at: datetime) -> str:
    """Raises BackupError, too, when the server cannot archive, which nobody else would say before its disk is full."""
    if not settings.BACKUP_WAL_DIR:
        return NO_WAL
    database = server()
    number = ship_segments(current_store(), system_of(database))
    ensure_archiving(database)
    return f"{number} segments sent"
