from django.db import migrations, models

from crm.core.migration_operations import VendorSQL


NAME_WHAT_WAS_SEALED_BEFORE = """
    INSERT INTO auditlog_auditname (object_type, object_id, label)
    SELECT DISTINCT object_type, object_id, object_label FROM auditlog_auditevent
    WHERE seal_id IS NOT NULL AND object_label <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("auditlog", "0017_explanations_by_key")]

    operations = [
        migrations.CreateModel(
            name="AuditName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("object_type", models.CharField(max_length=64)),
                ("object_id", models.CharField(max_length=64)),
                ("label", models.CharField(max_length=255)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("object_id", "object_type", "label"), name="audit_name_once")
                ],
            },
        ),
        migrations.RunSQL(NAME_WHAT_WAS_SEALED_BEFORE, migrations.RunSQL.noop),
        VendorSQL(
            "postgresql",
            "CREATE INDEX audit_name_trgm ON auditlog_auditname USING gin (upper(label) gin_trgm_ops)",
            "DROP INDEX IF EXISTS audit_name_trgm",
        ),
        # Names are looked up in their own table now; how often a fragment occurs in events the planner still knows.
        VendorSQL(
            "postgresql",
            "DROP INDEX IF EXISTS audit_label_trgm;"
            "CREATE STATISTICS audit_label ON (upper(object_label)) FROM auditlog_auditevent",
            "DROP STATISTICS IF EXISTS audit_label;"
            "CREATE INDEX audit_label_trgm ON auditlog_auditevent USING gin (upper(object_label) gin_trgm_ops)",
        ),
    ]
