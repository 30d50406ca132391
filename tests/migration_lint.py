"""Migrations since the last release, as django-migration-linter judges them: the release before must survive them.

python -m tests.migration_lint             lints what is newer than tests/released_migrations.json
python -m tests.migration_lint --release   notes that all there are have been released

On PostgreSQL where one is found, else as PostgreSQL would be by the rules of the linter on SQLite's statements.
"""

import json
import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django_migration_linter import MigrationLinter

from tests import services

RELEASED = Path(__file__).with_name("released_migrations.json")
OURS = ("crm", "accounts", "auditlog", "customers", "deals")


def prepare() -> None:
    """Settings are read when Django is set up, so the database has to be known before."""
    if not os.environ.get("DATABASE_URL") and (found := services.postgres()):
        os.environ["DATABASE_URL"] = found.rpartition("/")[0] + "/postgres"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    django.setup()


def on_disk() -> dict[str, list[str]]:
    ours = {config.label for config in apps.get_app_configs() if config.name.split(".")[0] in OURS}
    found: dict[str, list[str]] = {}
    for label, name in sorted(MigrationLoader(None).disk_migrations):
        if label in ours:
            found.setdefault(label, []).append(name)
    return found


def unreleased() -> list[tuple[str, str]]:
    released = json.loads(RELEASED.read_text())
    there = [(label, name) for label, names in on_disk().items() for name in names]
    return [(label, name) for label, name in there if name not in released.get(label, [])]


def main(arguments: list[str]) -> int:
    prepare()
    if "--release" in arguments:
        RELEASED.write_text(json.dumps(on_disk(), indent=1) + "\n")
        return 0
    linter = MigrationLinter(no_cache=True, quiet=["ok", "ignore"])
    for label, name in unreleased():
        linter.lint_all_migrations(app_label=label, migration_name=name)
    linter.print_summary()
    return int(linter.has_errors)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
