"""The database that is backed up and restored, and where scratch copies of it are made."""

import dj_database_url
from django.conf import settings
from django.db import connection

from crm.ops.backups.postgres import Postgres
from crm.ops.backups.sqlite import Sqlite

Database = Postgres | Sqlite


def current() -> Database:
    """The product's own."""
    words = connection.settings_dict
    return Postgres.of(words) if connection.vendor == "postgresql" else Sqlite(str(words["NAME"]))


def scratch_beside(vendor: str) -> Database:
    """Whose `scratch` makes databases for a backup of this kind: BACKUP_SCRATCH_URL's server, or the product's own."""
    if vendor == "sqlite":
        return Sqlite("")
    if settings.BACKUP_SCRATCH_URL:
        return Postgres.of(dj_database_url.parse(settings.BACKUP_SCRATCH_URL))
    return current()
