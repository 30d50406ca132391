from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from crm.core.migration_operations import trigram_index


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_initial")]

    operations = [
        TrigramExtension(),
        *(trigram_index(f"customers_{name}") for name in ("customer", "contact", "lead")),
    ]
