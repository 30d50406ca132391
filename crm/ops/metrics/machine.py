"""What PostgreSQL and the disk say of themselves."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from prometheus_client.core import GaugeMetricFamily

from crm.ops.metrics.gauges import gauge, gauges

ACTIVITY = """
SELECT count(*), count(*) FILTER (WHERE wait_event_type = 'Lock'),
       coalesce(extract(epoch FROM max(now() - xact_start) FILTER (WHERE pid <> pg_backend_pid())), 0),
       current_setting('max_connections')::int
FROM pg_stat_activity WHERE datname = current_database()
"""


def database_figures(_at: datetime) -> Iterator[GaugeMetricFamily]:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(ACTIVITY)
        number, locked, oldest, most = cursor.fetchone()
    yield gauge("database_connections", "To this database.", number)
    yield gauge("database_connections_limit", "max_connections of the server.", most)
    yield gauge("database_lock_waits", "Statements that wait for a lock now.", locked)
    yield gauge("database_oldest_transaction_seconds", "How long the oldest one has been open.", max(0, oldest))


def disk_figures(_at: datetime) -> Iterator[GaugeMetricFamily]:
    places = {"data": settings.DATA_DIR, "media": settings.MEDIA_ROOT, "backups": settings.BACKUP_DIR}
    usage = {name: shutil.disk_usage(path) for name, path in places.items() if path and Path(path).exists()}
    free = {name: one.free for name, one in usage.items()}
    size = {name: one.total for name, one in usage.items()}
    yield gauges("disk_free_bytes", "Where these are kept.", ("place",), free)
    yield gauges("disk_size_bytes", "Where these are kept.", ("place",), size)
