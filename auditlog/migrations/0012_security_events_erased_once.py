from django.db import migrations, models

from auditlog.append_only import guard_security, protect, release
from crm.core.migration_operations import VendorSQL

TABLE = "auditlog_securityevent"


class Migration(migrations.Migration):
    dependencies = [("auditlog", "0011_anomaly_rules")]

    operations = [
        *[VendorSQL(vendor, statements, protect(TABLE)[vendor]) for vendor, statements in release(TABLE).items()],
        migrations.AddField("securityevent", "erased_at", models.DateTimeField(null=True)),
        *[VendorSQL(vendor, statements, release(TABLE)[vendor]) for vendor, statements in guard_security().items()],
    ]
