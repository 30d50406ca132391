from django.db import migrations

from crm.core.migration_operations import VendorSQL, trigram_extension


class Migration(migrations.Migration):
    dependencies = [("auditlog", "0002_append_only")]

    operations = [
        trigram_extension(),
        VendorSQL(
            "postgresql",
            "CREATE INDEX audit_label_trgm ON auditlog_auditevent USING gin (upper(object_label) gin_trgm_ops)",
            "DROP INDEX IF EXISTS audit_label_trgm",
        ),
    ]
