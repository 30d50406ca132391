"""Imports a file from the command line, with the same engine as the pages."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from crm.core.actor import Actor
from crm.core.errors import CrmError
from crm.transfer import services
from crm.transfer.actors import actor_of
from crm.transfer.driving import drive
from crm.transfer.encodings import OFFERED
from crm.transfer.importers import importers
from crm.transfer.models import ImportMode, ImportRun, ImportState
from crm.transfer.presets import SOURCES, unknown_columns
from crm.transfer.rehearsal import rehearse
from crm.transfer.reports import spoken
from crm.transfer.running import COUNTERS
from crm.transfer.settling import refuse_unsettled

EVERYTHING = 10**9
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


class Command(BaseCommand):
    help = (
        "Imports customers, contacts, leads, deals, or sheets of which one row holds several of them, from a CSV file,"
        " an XLSX workbook or vCards. What it holds and where it comes from are found out from the header unless named."
        " Prints created, updated, skipped and failed, and a reason for each row that did not simply come in. Exit"
        " code: 0 when no row failed, 1 when rows failed (the others are in), 2 when the file as a whole was refused"
        " and nothing was changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", choices=SOURCES, default="", help="the program that wrote the file")
        parser.add_argument("--resource", choices=importers(), default="", help="what the file holds")
        parser.add_argument("--team", default="", help="name of the team the records will belong to")
        parser.add_argument("--user", default="", help="e-mail address of the person who imports and owns")
        parser.add_argument("--update", action="store_true", help="also update records that are already here")
        parser.add_argument("--match-on", default="", help="the one field that finds records that are here")
        parser.add_argument("--dry-run", action="store_true", help="tell what would happen and keep nothing")
        parser.add_argument("--encoding", choices=dict(OFFERED), default="", help="needed where it cannot be told")
        parser.add_argument("--delimiter", choices=DELIMITERS, default="", help="found out unless named")
        parser.add_argument("--dates", choices=("dmy", "mdy"), default="", help="how to read dates like 03/04/2024")
        parser.add_argument("--no-companies", action="store_true", help="do not create companies that are missing")

    def handle(self, *args: Any, **options: Any) -> None:
        team = self._team(options["team"])
        actor = actor_of(self._person(options["user"], team))
        try:
            run = self._prepare(actor, team, options)
            failed = self._dry_run(actor, run) if options["dry_run"] else self._import(actor, run)
        except CrmError as refusal:
            reasons = " ".join(spoken(refusal.details)) or refusal.message
            raise CommandError(reasons, returncode=2) from None
        if failed:
            rest = "nothing was kept, this was a dry run" if options["dry_run"] else "the others are in"
            raise CommandError(f"{failed} rows failed; {rest}.", returncode=1)

    def _prepare(self, actor: Actor, team: Any, options: dict[str, Any]) -> ImportRun:
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.", returncode=2)
        with options["file"].open("rb") as file:
            run = services.import_create(
                actor,
                File(file, name=options["file"].name),
                team=team,
                resource=options["resource"],
                source=options["source"],
                encoding=options["encoding"],
                delimiter=DELIMITERS.get(options["delimiter"], ""),
                mode=ImportMode.BOTH if options["update"] else ImportMode.CREATE,
            )
        chosen: dict[str, Any] = {"create_links": not options["no_companies"]}
        if options["match_on"]:
            chosen["match_on"] = options["match_on"]
        if options["dates"]:
            chosen["date_order"] = options["dates"]
        self.stdout.write(f"{run.file_name}: {run.resource} from {SOURCES[run.source]}, {run.encoding}")
        for warning in run.warnings:
            self.stdout.write(f"warning: {warning['message']}")
        if unknown := unknown_columns(run):
            self.stdout.write(f"warning: nothing of ours is known for: {', '.join(unknown)}")
        return services.import_map(actor, run.pk, options=chosen)

    def _dry_run(self, actor: Actor, run: ImportRun) -> int:
        try:
            refuse_unsettled(run)
            found = rehearse(actor, run, EVERYTHING, EVERYTHING, EVERYTHING)
        finally:
            services.import_delete(actor, run.pk)
        for told in sorted([*found.problems, *found.notes], key=lambda told: told["line"]):
            self._tell(run.row_word, told["line"], told["status"], told["reasons"])
        self._kinds(found.kinds, "would be ")
        self._total(found.counts, "would be ")
        return found.counts["failed"]

    def _import(self, actor: Actor, run: ImportRun) -> int:
        try:
            run = services.import_start(actor, run.pk, here=True)
        except CrmError:
            services.import_delete(actor, run.pk)
            raise
        run = drive(actor, run, seconds=EVERYTHING)
        if run.state != ImportState.FINISHED:
            raise CommandError(f"It was stopped after {run.row_count} rows. {run.fault}", returncode=2)
        for row in run.rows.order_by("line").iterator(chunk_size=500):
            if row.reasons:
                self._tell(run.row_word, row.line, row.status, row.reasons)
        self._kinds(run.kind_counts, "")
        self._total(Counter({status: getattr(run, name) for status, name in COUNTERS.items()}), "")
        return run.failed_count

    def _tell(self, word: str, line: int, status: str, reasons: list[dict[str, str]]) -> None:
        self.stdout.write(f"{word.lower()} {line}: {status}: {' '.join(spoken(reasons))}")

    def _kinds(self, counts: Mapping[str, Mapping[str, int]], prefix: str) -> None:
        for kind, found in counts.items():
            words = ", ".join(f"{prefix}{name}: {found.get(name, 0)}" for name in ("created", "updated"))
            self.stdout.write(f"{kind}: {words}")

    def _total(self, counts: Counter[str], prefix: str) -> None:
        unchanged = f", {counts['unchanged']} unchanged" if counts["unchanged"] else ""
        words = ", ".join(f"{prefix}{name}: {counts[name]}" for name in ("created", "updated", "skipped", "failed"))
        self.stdout.write(words + unchanged)

    def _team(self, name: str) -> Any:
        teams = ImportRun._meta.get_field("team").related_model._default_manager.all()
        found = teams.filter(name=name).first() if name else teams.first() if teams.count() == 1 else None
        if found is None:
            names = ", ".join(map(str, teams)) or "none yet"
            raise CommandError(f"Name the team with --team. There are: {names}.", returncode=2)
        return found

    def _person(self, email: str, team: Any) -> Any:
        """The named person, or the first one of the team who may import."""
        people = get_user_model()._default_manager.filter(is_active=True)
        if email:
            person = people.filter(email__iexact=email).first()
        else:
            members = people.filter(memberships__team=team).order_by("created_at")
            person = next((one for one in members if one.has_grant("imports:write")), None)
        if person is None:
            raise CommandError("There is no such person, or nobody in the team may import. Name one with --user.")
        return person
