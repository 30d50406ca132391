"""Fills an empty installation with a believable company; run again with more customers it adds the rest."""

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from crm.web.demo import people
from crm.web.demo.company import build, refresh_statistics
from crm.web.demo.draws import Draws
from crm.web.demo.volume import Volume

USUAL_CUSTOMERS = 400


def schema_is_behind() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, help=f"{USUAL_CUSTOMERS} unless given")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same company")
        parser.add_argument("--migrate", action="store_true", help="bring the database's schema up to date first")
        for kind in ("contacts", "deals", "activities"):
            parser.add_argument(f"--{kind}", type=int, help="in proportion to the customers unless given")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo accounts have a public password: refused when ENVIRONMENT=production.")
        if options["migrate"] and schema_is_behind():
            call_command("migrate", verbosity=0)
        if options["customers"] is None and people.are_here():
            self.stdout.write("The demo data are here already; nothing was added.")
        else:
            self._fill(options)
        self._print_accounts()

    def _fill(self, options: dict[str, Any]) -> None:
        wanted = {kind: options[kind] for kind in ("contacts", "deals", "activities")}
        if any(number is not None and number < 0 for number in (*wanted.values(), options["customers"])):
            raise CommandError("Numbers of records cannot be negative.")
        customers = USUAL_CUSTOMERS if options["customers"] is None else options["customers"]
        started = time.monotonic()
        draws = Draws(options["seed"], timezone.now().replace(microsecond=0))
        new = build(draws, Volume.of(max(1, customers), **wanted), lambda part: self.stdout.write(f"Writing {part} …"))
        refresh_statistics()
        counts = ", ".join(f"{number:,} {kind}" for kind, number in new.items())
        self.stdout.write(f"New: {counts}, in {time.monotonic() - started:.1f} s.")

    def _print_accounts(self) -> None:
        self.stdout.write(f"Demo accounts, each with the password {people.PASSWORD}:")
        for name, role, _full_name, teams in people.ACCOUNTS:
            self.stdout.write(f"  {people.address(name):28} {role.replace('_', ' '):16} {', '.join(teams)}")
