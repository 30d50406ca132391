"""Rights of the application's own role on PostgreSQL: prints the SQL, or applies it (docs/audit.md)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from auditlog.database_role import statements
from auditlog.services import record
from crm.core.actor import Actor

ACTOR = Actor.system("audit_database_role").through("command")


class Command(BaseCommand):
    help = "Prints the SQL that lets a role run the application and only add to the audit trail; run it after migrate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", help="the role the application connects as; it exists and owns nothing")
        parser.add_argument("--apply", action="store_true", help="run it now, connected as owner of the tables")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles; on SQLite the triggers guard the trail.")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            owner = cursor.fetchone()[0]
            if owner == options["role"]:
                raise CommandError("The application's role must be another one than the owner of the tables.")
            quoted = map(connection.ops.quote_name, (options["role"], owner))
            for statement in statements(*quoted):
                self.stdout.write(f"{statement};")
                if options["apply"]:
                    cursor.execute(statement)
            if options["apply"]:
                record(ACTOR, "audit.role_granted", None, {"role": (None, options["role"])})
