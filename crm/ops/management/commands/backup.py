"""Makes a backup of the database and the stored files, now. Exit code 0 only when it is where backups are kept."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import get_resolver

from crm.core.actor import Actor
from crm.ops.backups.errors import BackupError
from crm.ops.backups.services import backup_run
from crm.ops.backups.spool import in_mb
from crm.ops.backups.stores import where
from crm.ops.models import BackupKind


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        get_resolver().url_patterns  # noqa: B018 – loads the wiring, where erasures are registered
        try:
            run = backup_run(Actor.system("backup").through("command"), BackupKind.ASKED)
        except BackupError as error:
            raise CommandError(error.message) from None
        if not run.is_encrypted:
            self.stderr.write("It is not encrypted: BACKUP_ENCRYPTION_KEY is not set.")
        self.stdout.write(
            f"{run.name}: {in_mb(run.size or 0)}, {run.rows} rows, {run.files} files,"
            f" {run.seconds:.1f} s, kept in {where()}"
        )
