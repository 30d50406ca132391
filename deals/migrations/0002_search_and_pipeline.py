from typing import Any

from django.db import migrations

from crm.core.migration_operations import descending_index, trigram_index
from deals.seeding import seed_pipeline


def seed(apps: Any, editor: Any) -> None:
    seed_pipeline(apps.get_model("deals", "Pipeline"), apps.get_model("deals", "Stage"))


class Migration(migrations.Migration):
    dependencies = [("deals", "0001_initial"), ("customers", "0003_search")]

    operations = [
        trigram_index("deals_deal"),
        trigram_index("deals_activity"),
        *(descending_index("deals_deal", column) for column in ("amount", "expected_close_date")),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
