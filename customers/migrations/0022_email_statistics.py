from django.db import migrations

from crm.core.migration_operations import expression_statistics


class Migration(migrations.Migration):
    """An import looks for the addresses of a chunk at once: without these it read all rows of the team each time."""

    dependencies = [("customers", "0021_identifier_keys")]

    operations = [
        expression_statistics(f"{name}_email", f"customers_{name}", "upper(email)", "email")
        for name in ("customer", "contact", "lead")
    ]
