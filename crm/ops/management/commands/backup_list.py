"""The backups that are kept, the newest first, as the place where they are kept tells; 0 when all are whole."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.ops.backups.errors import BackupError
from crm.ops.backups.manifest import names_in, read, read_verified
from crm.ops.backups.spool import in_mb
from crm.ops.backups.stores import Store, current_store, where


class Command(BaseCommand):
    help = __doc__
    damaged = 0

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        store = current_store()
        try:
            lines = [self.line(store, name) for name in names_in(store)]
        except BackupError as error:
            raise CommandError(error.message) from None
        for line in lines:
            self.stdout.write(json.dumps(line) if options["json"] else in_words(line))
        if not lines:
            self.stderr.write(f"There are no backups in {where()}.")
        if self.damaged:
            raise CommandError(f"{self.damaged} of them cannot be trusted.")

    def line(self, store: Store, name: str) -> dict[str, Any]:
        try:
            manifest, verified = read(store, name), read_verified(store, name)
        except BackupError as error:
            if error.code == "backup_store_away":
                raise
            self.damaged += 1
            return {"name": name, "error": error.message}
        return {
            "name": name,
            "kind": manifest.kind,
            "at": manifest.at.isoformat(timespec="seconds"),
            "size": manifest.size,
            "rows": manifest.rows,
            "files": manifest.files.get("count", 0),
            "encrypted": manifest.is_encrypted,
            "verified_at": verified["at"] if verified else None,
        }


def in_words(line: dict[str, Any]) -> str:
    if "error" in line:
        return f"{line['name']}  {line['error']}"
    verified = f"verified {line['verified_at'][:16]}" if line["verified_at"] else "not verified"
    words = (
        line["name"],
        line["kind"],
        in_mb(line["size"]),
        f"{line['rows']} rows",
        f"{line['files']} files",
        verified,
    )
    return "  ".join(words) + ("" if line["encrypted"] else "  NOT ENCRYPTED")
