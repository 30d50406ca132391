"""The whole trail as JSON lines, for the stand-alone verifier auditlog/proof.py."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditlog.services import record
from auditlog.signing import public_pems
from auditlog.trail import lines
from crm.core.actor import Actor

ACTOR = Actor.system("audit_export").through("command")


class Command(BaseCommand):
    help = "Writes the audit trail as JSON lines, and the public keys that verify it beside them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--since", type=int, default=1, metavar="SEAL", help="from this seal on")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        written = 0
        with path.open("w", encoding="utf-8") as export:
            for line in lines(options["since"]):
                export.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
                written += 1
        for kid, pem in public_pems().items():
            path.with_name(f"audit-{kid}.pem").write_text(pem)
        record(ACTOR, "audit.exported", None, {"file": (None, path.name), "lines": (None, written)})
        self.stdout.write(f"{written} lines in {path}")
