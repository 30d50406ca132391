"""What is asked of a restored copy: that it holds what was backed up, that this version can work with it, and that its
audit trail verifies. The product itself is asked, in a process of its own, because its models know one database."""

import os
import subprocess  # nosec B404
import sys
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from crm.ops.backups.databases import Database
from crm.ops.backups.errors import Different
from crm.ops.backups.facts import ensure_same
from crm.ops.backups.manifest import Manifest

LAST_WORDS = 600


def prove(database: Database, manifest: Manifest) -> None:
    """Raises Different, which says what is wrong."""
    ensure_same(manifest.facts, database.facts())
    then, now = set(manifest.facts["migrations"]), known_migrations()
    if unknown := sorted(then - now):
        raise Different(f"It was made by another version of Vouch, with the migration {unknown[-1]}.")
    if now - then:
        ask(database, ["migrate", "--verbosity", "0"], "It cannot be brought up to this version")
    verify_trail(database, manifest.at)


def verify_trail(database: Database, at: datetime) -> None:
    """Raises Different. `at`: when events may have waited for their seal."""
    ask(database, ["audit_verify", "--at", at.isoformat()], "Its audit trail does not verify")


def known_migrations() -> set[str]:
    """Of this version, applied or not, and of apps that are part of it."""
    loader = MigrationLoader(None)
    replaced = {key for one in loader.disk_migrations.values() for key in one.replaces}
    return {f"{app}.{name}" for app, name in {*loader.disk_migrations, *replaced}}


def ask(database: Database, words: Sequence[str], otherwise: str) -> str:
    """What `manage.py` says with that database. Raises Different, which begins with `otherwise`."""
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "DATABASE_URL_FILE": "",
        "DB_POOL_SIZE": "0",
        "DATABASE_REPLICA_URL": "",
    }
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words, "--skip-checks"]
    said = subprocess.run(  # noqa: S603  # nosec B603
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    if said.returncode:
        words_of = " ".join((said.stderr + said.stdout).split())[-LAST_WORDS:]
        raise Different(f"{otherwise}: {words_of}")
    return said.stdout
