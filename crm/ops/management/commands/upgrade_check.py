"""Run with the code of the new release before it is rolled in (docs/upgrading.md): what stands in the way.

Looks at settings, database, migrations, disk, backups and cache and changes nothing. Exit code 0 when the release that
runs may go on while this one's migrations are applied, else 1.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.ops.upgrading.findings import Word, findings


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--stopped", action="store_true", help="everything is stopped meanwhile: migrations may take away"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(findings())
        for one in found:
            self.stdout.write(f"{one.word:4}  {one.about:10}  {one.words}")
        excused = {"migrations"} if options["stopped"] else set()
        in_the_way = [one for one in found if one.word == Word.STOP and one.about not in excused]
        if in_the_way:
            raise CommandError(f"{len(in_the_way)} in the way of this release.")
