from django.db import migrations

from auditlog.append_only import protect, release
from crm.core.migration_operations import VendorSQL


class Migration(migrations.Migration):
    dependencies = [("auditlog", "0001_initial")]

    operations = [
        VendorSQL(vendor, statements, release("auditlog_auditevent")[vendor])
        for vendor, statements in protect("auditlog_auditevent").items()
    ]
