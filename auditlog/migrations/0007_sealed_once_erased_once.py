from typing import Any

from django.db import migrations

from auditlog.append_only import guard_events, protect, release
from auditlog.leaves import stamp
from crm.core.migration_operations import VendorSQL

STAMPED = ("retention", "salt", "commitment", "leaf")
BATCH = 1000


def stamp_what_was_recorded_before(apps: Any, schema_editor: Any) -> None:
    event = apps.get_model("auditlog", "AuditEvent")
    while rows := list(event.objects.filter(leaf=b"")[:BATCH]):
        event.objects.bulk_update([stamp(row) for row in rows], STAMPED)


class Migration(migrations.Migration):
    dependencies = [("auditlog", "0006_seals")]

    operations = [
        *[
            VendorSQL(vendor, statements, protect("auditlog_auditevent")[vendor])
            for vendor, statements in release("auditlog_auditevent").items()
        ],
        migrations.RunPython(stamp_what_was_recorded_before, migrations.RunPython.noop),
        *[
            VendorSQL(vendor, statements, release("auditlog_auditevent")[vendor])
            for vendor, statements in guard_events().items()
        ],
        *[
            VendorSQL(vendor, statements, release("auditlog_auditseal")[vendor])
            for vendor, statements in protect("auditlog_auditseal").items()
        ],
    ]
