from django.db import migrations, models

from crm.core.migration_operations import AddIndexBesideWriters


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("customers", "0023_slips_statistics")]

    operations = [
        AddIndexBesideWriters(
            model_name="contact",
            index=models.Index(
                fields=["country", "last_name", "id"],
                name="contact_country_name",
                condition=models.Q(("archived_at__isnull", True)),
                include=("is_canary",),
            ),
        ),
    ]
