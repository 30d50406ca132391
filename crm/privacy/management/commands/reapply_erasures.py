"""Erases again who is back after a restore. Without a file it goes by the tombstones in the database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from crm.core.actor import Actor
from crm.privacy.reapplying import erasures_reapply
from crm.privacy.tombstones import known_hashes, read_tombstones


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="of manage.py list_erasures, or the log stream")

    def handle(self, *args: Any, **options: Any) -> None:
        hashes = known_hashes()
        if options["file"]:
            with options["file"].open(encoding="utf-8") as lines:
                hashes |= set(read_tombstones(lines))
        done = erasures_reapply(Actor.system("reapply_erasures").through("command"), hashes)
        self.stdout.write(f"{len(done)} records erased again.")
