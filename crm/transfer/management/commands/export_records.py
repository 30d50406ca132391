"""Exports records to a file from the command line, with the same engine and rights as the pages."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from crm.core.errors import CrmError
from crm.transfer.actors import actor_of
from crm.transfer.exports import services
from crm.transfer.exports.exporters import exporters
from crm.transfer.exports.formats import FORMATS
from crm.transfer.exports.models import ExportState
from crm.transfer.reports import spoken

EVERYTHING = 10**12


class Command(BaseCommand):
    help = (
        "Exports customers, contacts, leads, deals or activities to FILE, with the rights of a person. --filter takes"
        " what the list takes: --filter status=active --filter ordering=-created_at. Prints rows and SHA-256."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("resource", choices=exporters())
        parser.add_argument("file", type=Path)
        parser.add_argument("--user", required=True, help="e-mail address of the person whose rights it has")
        parser.add_argument("--format", choices=FORMATS, default="csv")
        parser.add_argument("--filter", action="append", default=[], metavar="NAME=VALUE")
        parser.add_argument("--columns", default="", help="names separated by commas, in the order wanted")

    def handle(self, *args: Any, **options: Any) -> None:
        person = get_user_model()._default_manager.filter(email__iexact=options["user"], is_active=True).first()
        if person is None:
            raise CommandError("There is no such active person.")
        actor = actor_of(person)
        try:
            export = services.export_create(
                actor,
                resource=options["resource"],
                format=options["format"],
                filters=dict(one.partition("=")[::2] for one in options["filter"]),
                columns=options["columns"].split(",") if options["columns"] else None,
                at_once=EVERYTHING,
            )
            if export.state != ExportState.DONE:
                raise CommandError(export.fault or "It could not be written.")
            self._hand_out(services.export_download(actor, export.pk), options["file"])
            services.export_delete(actor, export.pk)
        except CrmError as refusal:
            raise CommandError(" ".join(spoken(refusal.details)) or refusal.message) from None

    def _hand_out(self, export: Any, path: Path) -> None:
        """Complete under its name, or not there."""
        partial = path.with_name(f"{path.name}.partial")
        with export.file.open("rb") as source, partial.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        partial.replace(path)
        seconds = (export.finished_at - export.started_at).total_seconds()
        self.stdout.write(f"{path}: {export.rows_done} rows in {seconds:.2f} s, SHA-256 {export.sha256}")
