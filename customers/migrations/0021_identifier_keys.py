from django.db import migrations

from customers.identifier_triggers import keep_identifier_keys


class Migration(migrations.Migration):
    """docs/adr/0062-identifiers-with-keys.md says what for."""

    dependencies = [("customers", "0020_identifiers")]

    operations = keep_identifier_keys()
