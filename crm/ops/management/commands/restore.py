"""Restores a backup onto the configured database and storage, after a safety copy of what is there.

A database that is not empty is replaced only when its name is repeated with --replace. People who were erased since
are erased again. Exit code 0 only when the restored database is what was backed up.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import get_resolver

from crm.core.actor import Actor
from crm.ops.backups.errors import BackupError
from crm.ops.backups.recovering import Recovery, recover
from crm.ops.backups.restoring import Wish, restore
from crm.ops.backups.verification import newest


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", default="", help="as backup_list shows it; without it the newest")
        parser.add_argument("--replace", default="", metavar="DATABASE", help="the name of the database to replace")
        parser.add_argument("--without-safety-copy", action="store_true", help="where what is there cannot be read")
        parser.add_argument("--trust-unsigned", action="store_true", help="where the signing key of its time is lost")
        parser.add_argument("--to", type=moment, metavar="MOMENT", help='such as "2026-11-28T20:15:07Z"; PostgreSQL')
        parser.add_argument("--data-dir", type=Path, metavar="FOLDER", help="with --to: an empty data directory")
        parser.add_argument("--erasures", type=Path, metavar="FILE", help="more of them: list_erasures, or a log file")

    def handle(self, *args: Any, **options: Any) -> None:
        get_resolver().url_patterns  # noqa: B018 – loads the wiring, where erasures are registered
        erased = tuple(read_erasures(options["erasures"]))
        try:
            if options["to"]:
                self.to_a_moment(options, erased)
                return
            wish = Wish(
                name=options["name"] or newest(),
                confirmed=options["replace"],
                safety_copy=not options["without_safety_copy"],
                trusting=options["trust_unsigned"],
                erased=erased,
            )
            restore(Actor.system("restore").through("command"), wish, self.stdout.write)
        except BackupError as error:
            raise CommandError(error.message) from None

    def to_a_moment(self, options: dict[str, Any], erased: tuple[dict[str, Any], ...]) -> None:
        if options["name"] or not options["data_dir"]:
            raise CommandError("--to takes no name of a backup, and needs --data-dir.")
        recover(Recovery(options["to"], options["data_dir"].absolute(), erased), self.stdout.write)


def moment(text: str) -> datetime:
    """Raises ValueError, which argparse tells of, for anything but a moment with its zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a zone is needed")
    return found


def read_erasures(file: Path | None) -> Iterator[dict[str, Any]]:
    """Lines that are not of erasures are passed over, as a log has them."""
    lines = file.read_text(encoding="utf-8").splitlines() if file else []
    found = (json.loads(line) for line in lines if line.lstrip().startswith("{"))
    return (one for one in found if one.get("event") == "erasure")
