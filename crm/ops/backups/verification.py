"""Verifying as a service: the proof, and what the row, the trail and the security events say of it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record
from crm.core.actor import Actor, Origin
from crm.ops.backups.errors import BackupError, Damaged, Different, NoSuchBackup
from crm.ops.backups.manifest import names_in
from crm.ops.backups.restoring import row_of
from crm.ops.backups.spool import alone
from crm.ops.backups.stores import current_store
from crm.ops.backups.verifying import Proof, verify
from crm.ops.models import BackupRun

FAILED = "backup.not_verified"


def backup_verify(actor: Actor, name: str = "") -> Proof:
    """The newest where none is named. Raises what `verify` raises, after it was noted."""
    with alone():
        wanted = name or newest()
        try:
            proof = verify(wanted)
        except BackupError as error:
            _note_failure(actor, wanted, error)
            raise
        _note(actor, proof, timezone.now())
    return proof


def newest() -> str:
    """Of those with a database to restore. Raises NoSuchBackup."""
    for name in names_in(current_store()):
        return name
    raise NoSuchBackup("There is no backup yet.")


@transaction.atomic
def _note(actor: Actor, proof: Proof, at: datetime) -> None:
    run = row_of(proof.manifest)
    run.verified_at, run.verify_asked_at, run.finding = at, None, ""
    run.save()
    words = {"rows": (None, proof.manifest.rows), "files": (None, proof.files), "seconds": (None, round(proof.seconds))}
    record(actor, "backups.verified", run, words)


@transaction.atomic
def _note_failure(actor: Actor, name: str, error: BackupError) -> None:
    """A backup that is not what it was is a matter for whoever looks after security, a full disk is not."""
    run = BackupRun.objects.filter(name=name).first()
    if run is not None:
        run.finding, run.verify_asked_at = error.message, None
        run.save()
    record(actor, "backups.not_verified", run, {"backup": (None, name), "error": (None, error.message[:500])})
    if isinstance(error, Damaged | Different):
        security_event(FAILED, Severity.CRITICAL, Origin(), backup=name, error=error.message[:200])
