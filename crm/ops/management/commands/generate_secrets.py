"""Prints a production environment with every secret made new; with --output it is written, key pairs beside it.

With --complete it is one that production starts with: everything on one machine, as docs/deployment.md sets it up.
"""

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.core.environment import Environment
from crm.ops.backups.keys import new_identity
from crm.ops.new_secrets import (
    LAYOUTS,
    as_files,
    fresh_secrets,
    key_files,
    production_text,
    write_secret_files,
)


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="never overwrites; readable for its owner alone"
        )
        parser.add_argument(
            "--complete", metavar="HOST", default="", help="fills in what one machine with that name needs"
        )
        parser.add_argument(
            "--layout", choices=LAYOUTS, default="machine", help="of a complete one: this machine, or compose.yaml"
        )
        parser.add_argument(
            "--set", metavar="NAME=VALUE", action="append", default=[], help="what is to be otherwise; repeatable"
        )
        parser.add_argument(
            "--files", action="store_true", help="with --output: each secret in a file of its own, for /run/secrets"
        )
        parser.add_argument(
            "--backup-key", action="store_true", help="a pair for backups instead; the second belongs elsewhere"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        identity, recipient = new_identity()
        if options["backup_key"]:
            self.stdout.write(f"BACKUP_ENCRYPTION_KEY={recipient}\nBACKUP_DECRYPTION_KEY={identity}")
            return
        signing = Ed25519PrivateKey.generate()
        complete = LAYOUTS[options["layout"]](options["complete"], recipient) if options["complete"] else {}
        values = {**fresh_secrets(signing), **complete, **_given(options["set"])}
        if options["output"] is None:
            self.stdout.write(production_text(values), ending="")
            return
        self._write(options, values, signing, identity if complete else "")

    def _write(self, options: dict[str, Any], values: dict[str, str], signing: Any, identity: str) -> None:
        target: Path = options["output"]
        files = {target.parent / name: pem for name, pem in key_files(signing).items()}
        if options["files"]:
            values, mounted = as_files(values, target.parent)
            files |= mounted
        if identity:
            files[target.parent / "backup-identity.txt"] = f"{identity}\n".encode()
        try:
            write_secret_files({target: production_text(values).encode(), **files})
        except OSError as error:
            raise CommandError(f"Nothing was overwritten: {error.strerror or 'is there already'}: {error}") from None
        for path in (target, *files):
            self.stdout.write(str(path))
        if identity:
            self.stdout.write("backup-identity.txt opens the backups: move it to another place than this machine.")


def _given(pairs: list[str]) -> dict[str, str]:
    given = dict(pair.partition("=")[::2] for pair in pairs)
    if strange := set(given) - set(Environment.model_fields):
        raise CommandError(f"No name of ours: {', '.join(sorted(strange))}")
    return given
