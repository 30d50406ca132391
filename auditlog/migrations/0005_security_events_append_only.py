from django.db import migrations

from auditlog.append_only import protect, release
from crm.core.migration_operations import VendorSQL


class Migration(migrations.Migration):
    dependencies = [("auditlog", "0004_security_events")]

    operations = [
        VendorSQL(vendor, statements, release("auditlog_securityevent")[vendor])
        for vendor, statements in protect("auditlog_securityevent").items()
    ]
