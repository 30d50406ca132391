from django.db import migrations

from crm.core.migration_operations import trigram_extension, trigram_index


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_initial")]

    operations = [
        trigram_extension(),
        *(trigram_index(f"customers_{name}") for name in ("customer", "contact", "lead")),
    ]
