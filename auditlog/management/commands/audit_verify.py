"""Verifies the audit trail: every event, every seal, and what was published of them."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditlog.proof import load_keys, read_anchors
from auditlog.trail import verification

SHOWN = 1000


class Command(BaseCommand):
    help = "Verifies the audit trail. Exit code 0 only when nothing is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=int, default=1, metavar="SEAL", help="from this seal on")
        parser.add_argument("--anchor", type=Path, help="published seals, one JSON object a line, such as a log file")
        parser.add_argument("--public-key", type=Path, action="append", help="PEM; instead of the keys of this machine")

    def handle(self, *args: Any, **options: Any) -> None:
        anchors = read_anchors(options["anchor"]) if options["anchor"] else {}
        keys = load_keys(options["public_key"]) if options["public_key"] else None
        run, findings = verification(options["since"], anchors, keys)
        count = 0
        for finding in findings:
            count += 1
            if count <= SHOWN:
                self.stderr.write(str(finding))
        verdict = "verified" if not count else f"{count} findings"
        self.stdout.write(f"{run.seals} seals, {run.events} events: {verdict}")
        if count:
            sys.exit(1)
