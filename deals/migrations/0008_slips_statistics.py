from django.db import migrations

from crm.core.migration_operations import slips_statistics


class Migration(migrations.Migration):
    dependencies = [("deals", "0007_search_statistics")]

    operations = [slips_statistics("deals_deal")]
