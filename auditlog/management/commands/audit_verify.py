"""Verifies the audit trail: every event, every seal, and what was published of them."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from auditlog import bucket
from auditlog.anchoring import published
from auditlog.checking import verify
from auditlog.proof import Finding, load_keys, read_anchors

SHOWN = 1000
BUCKET = "s3"


class Command(BaseCommand):
    help = "Verifies the audit trail. Exit code 0 only when nothing is wrong."
    told = 0

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=int, default=1, metavar="SEAL", help="from this seal on")
        parser.add_argument(
            "--anchor", help="published seals, one JSON object a line, such as a log file; or s3: those in the bucket"
        )
        parser.add_argument("--public-key", type=Path, action="append", help="PEM; instead of the keys of this machine")

        parser.add_argument("--at", type=datetime.fromisoformat, help="the moment that a restored copy shows")

    def handle(self, *args: Any, **options: Any) -> None:
        anchors = anchors_of(options["anchor"], options["since"]) if options["anchor"] else {}
        keys = load_keys(options["public_key"]) if options["public_key"] else None
        check = verify(options["since"], anchors, keys, self.tell, options["at"])
        self.stdout.write(str(check))
        if check.findings:
            sys.exit(1)

    def tell(self, finding: Finding) -> None:
        self.told += 1
        if self.told <= SHOWN:
            self.stderr.write(str(finding))


def anchors_of(where: str, since: int) -> dict[int, str]:
    """Raises CommandError where no bucket is set."""
    if where != BUCKET:
        return read_anchors(Path(where))
    if not bucket.is_set():
        raise CommandError("AUDIT_SEAL_S3_BUCKET is not set.")
    return published(since)
