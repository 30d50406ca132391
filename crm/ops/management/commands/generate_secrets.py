"""Prints a production environment with every secret made new; with --output it is written, key pairs beside it."""

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.ops.backups.keys import new_identity
from crm.ops.new_secrets import environment_text, fresh_secrets, key_files, write_secret_files


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="never overwrites; readable for its owner alone"
        )

        parser.add_argument(
            "--backup-key", action="store_true", help="a pair for backups instead; the second belongs elsewhere"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["backup_key"]:
            identity, recipient = new_identity()
            self.stdout.write(f"BACKUP_ENCRYPTION_KEY={recipient}\nBACKUP_DECRYPTION_KEY={identity}")
            return
        signing = Ed25519PrivateKey.generate()
        text = environment_text(fresh_secrets(signing))
        target: Path | None = options["output"]
        if target is None:
            self.stdout.write(text, ending="")
            return
        files = {target.parent / name: pem for name, pem in key_files(signing).items()}
        try:
            write_secret_files({target: text.encode(), **files})
        except OSError as error:
            raise CommandError(f"Nothing was overwritten: {error.strerror or 'is there already'}: {error}") from None
        for path in (target, *files):
            self.stdout.write(str(path))
