from django.db import migrations

from crm.core.migration_operations import beginning_index, slips_index


class Migration(migrations.Migration):
    dependencies = [("deals", "0004_custom_fields"), ("customers", "0016_ranked_search")]

    operations = [beginning_index("deals_deal"), slips_index("deals_deal")]
