"""Restores a backup into a scratch database, compares every table, verifies the audit trail and opens every file.

Without a name: the newest. Exit code 0 only when all of it is as it was.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.core.actor import Actor
from crm.ops.backups.errors import BackupError
from crm.ops.backups.verification import backup_verify


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", default="", help="as backup_list shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            proof = backup_verify(Actor.system("backup_verify").through("command"), options["name"])
        except BackupError as error:
            raise CommandError(error.message) from None
        self.stdout.write(str(proof))
