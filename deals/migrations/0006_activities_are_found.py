from django.db import migrations

from crm.core.migration_operations import beginning_index
from crm.core.searching import search_text_of

BATCH = 1000


def fill(apps, editor):
    """What was said is found, too."""
    activities = apps.get_model("deals", "Activity").objects
    for one in activities.exclude(description="").only("subject", "location", "description").iterator(BATCH):
        texts = filter(None, (one.subject, one.location, one.description))
        activities.filter(pk=one.pk).update(search_text=search_text_of(one.subject, texts))


class Migration(migrations.Migration):
    dependencies = [("deals", "0005_ranked_search"), ("customers", "0018_notes_and_documents_are_found")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop), beginning_index("deals_activity")]
