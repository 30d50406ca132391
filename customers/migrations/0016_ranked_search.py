from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Concat, StrIndex, Substr

from crm.core.migration_operations import beginning_index, slips_function, slips_index

TABLES = ("customers_customer", "customers_contact", "customers_lead")


def one_line_per_name(apps, editor):
    """The title is the first line of a search text: first and last name share it."""
    for name in ("Contact", "Lead"):
        rows = apps.get_model("customers", name).objects.exclude(first_name="").exclude(last_name="")
        place = StrIndex("search_text", Value("\n"))
        joined = Concat(Substr("search_text", 1, F("place") - 1), Value(" "), Substr("search_text", F("place") + 1))
        rows.alias(place=place).filter(place__gt=1).update(search_text=joined)


class Migration(migrations.Migration):
    dependencies = [("customers", "0015_order_of_fields")]

    operations = [
        slips_function(),
        migrations.RunPython(one_line_per_name, migrations.RunPython.noop),
        *map(beginning_index, TABLES),
        *map(slips_index, TABLES),
    ]
