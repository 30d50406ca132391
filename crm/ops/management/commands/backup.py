"""Makes a backup of the database and the stored files, now; or one of the two halves of a point in time.

Exit code 0 only when it is where backups are kept.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import get_resolver
from django.utils import timezone

from crm.core.actor import Actor
from crm.ops.backups.errors import BackupError
from crm.ops.backups.services import backup_run, base_run
from crm.ops.backups.spool import in_mb
from crm.ops.backups.stores import where
from crm.ops.backups.working import wal_by_the_clock
from crm.ops.models import BackupKind, BackupRun


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--base", action="store_true", help="a base of the whole PostgreSQL server")
        which.add_argument("--log", action="store_true", help="send what the server has archived of its log")

    def handle(self, *args: Any, **options: Any) -> None:
        get_resolver().url_patterns  # noqa: B018 – loads the wiring, where erasures are registered
        actor = Actor.system("backup").through("command")
        try:
            if options["log"]:
                self.stdout.write(wal_by_the_clock(actor, timezone.now()))
            else:
                self.told(base_run(actor) if options["base"] else backup_run(actor, BackupKind.ASKED))
        except BackupError as error:
            raise CommandError(error.message) from None

    def told(self, run: BackupRun) -> None:
        if not run.is_encrypted:
            self.stderr.write("It is not encrypted: BACKUP_ENCRYPTION_KEY is not set.")
        self.stdout.write(
            f"{run.name}: {in_mb(run.size or 0)}, {run.rows} rows, {run.files} files,"
            f" {run.seconds:.1f} s, kept in {where()}"
        )
