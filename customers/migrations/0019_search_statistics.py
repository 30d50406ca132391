from django.db import migrations

from crm.core.migration_operations import search_statistics


class Migration(migrations.Migration):
    """docs/adr/0054-ranked-search-that-forgives-a-slip.md says what for."""

    dependencies = [("customers", "0018_notes_and_documents_are_found")]

    operations = [
        search_statistics(f"customers_{name}") for name in ("customer", "contact", "lead", "note", "document")
    ]
