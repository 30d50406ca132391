"""Backups by the clock: one a day and what somebody asked for, each week a proof, and what is past its time removed."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.ops.backups.retention import expire
from crm.ops.backups.services import backup_run
from crm.ops.backups.spool import alone
from crm.ops.backups.stores import current_store
from crm.ops.backups.verification import backup_verify
from crm.ops.models import BackupRun, BackupState

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
    return "; ".join(str(backup_verify(actor, name)) for name in names or [""])


def backups_expire(actor: Actor) -> list[str]:
    """Removes what is past its time, and says so in rows and trail."""
    with alone():
        removed = expire(current_store())
    if removed:
        BackupRun.objects.filter(name__in=removed).update(state=BackupState.REMOVED, updated_at=timezone.now())
        record(actor, "backups.expired", None, {"backups": (len(removed), 0)})
    return removed
