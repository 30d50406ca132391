from django.db import migrations, models

from crm.core.migration_operations import beginning_index, slips_index, trigram_index
from crm.core.searching import search_text_of

BATCH = 1000


def fill(apps, editor):
    """As their models write it from now on."""
    notes, documents = (apps.get_model("customers", name).objects for name in ("Note", "Document"))
    for note in notes.only("body").iterator(BATCH):
        notes.filter(pk=note.pk).update(search_text=search_text_of(note.body[:80], [note.body]))
    for one in documents.only("title", "file_name").iterator(BATCH):
        documents.filter(pk=one.pk).update(search_text=search_text_of(one.title, [one.title, one.file_name]))


class Migration(migrations.Migration):
    dependencies = [("customers", "0017_note_mentions")]

    operations = [
        *(
            migrations.AddField(name, "search_text", models.TextField(default="", editable=False))
            for name in ("note", "document")
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        *(make(f"customers_{name}") for name in ("note", "document") for make in (trigram_index, beginning_index)),
        slips_index("customers_document"),
    ]
