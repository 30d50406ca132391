from django.db import migrations

from crm.core.migration_operations import descending_index, trigram_extension, trigram_index


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_initial")]

    operations = [
        trigram_extension(),
        *(trigram_index(f"customers_{name}") for name in ("customer", "contact", "lead")),
        *(descending_index("customers_customer", column) for column in ("annual_revenue", "last_activity_at")),
        *(descending_index(f"customers_{name}", "last_activity_at") for name in ("contact", "lead")),
    ]
