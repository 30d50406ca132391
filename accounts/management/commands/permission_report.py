"""Prints who can do what: person, role, permission, reach, teams, and through which credential."""

import csv
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import permission_report


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=("text", "csv"), default="text", dest="shape")
        parser.add_argument("--user", default="", metavar="E-MAIL", help="this person alone")

    def handle(self, *args: Any, **options: Any) -> None:
        people = permission_report.people(options["user"])
        if options["user"] and not people:
            raise CommandError(f"There is nobody with the address {options['user']}.")
        if options["shape"] == "text":
            self.stdout.write("\n\n".join(permission_report.as_text(person) for person in people))
            return
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(permission_report.COLUMNS)
        for person in people:
            writer.writerows(permission_report.as_row(line) for line in permission_report.lines_of(person))
