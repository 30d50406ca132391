from django.db import migrations

from crm.core.migration_operations import search_statistics


class Migration(migrations.Migration):
    """docs/adr/0054-ranked-search-that-forgives-a-slip.md says what for."""

    dependencies = [("deals", "0006_activities_are_found")]

    operations = [search_statistics(f"deals_{name}") for name in ("deal", "activity")]
