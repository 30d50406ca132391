from django.db import migrations

from crm.core.migration_operations import VendorSQL

ONCE = "ADD CONSTRAINT audit_tally_once UNIQUE (dimension, hour, team_id, value)"
AGAIN = "ALTER TABLE auditlog_audittally DROP CONSTRAINT audit_tally_once"


class Migration(migrations.Migration):
    """Analytics sum 300,000 tallies of ninety days from the index alone (docs/adr/0030-tallies.md).

    Not as `include` of the constraint in the model: SQLite, which has no such index, would then have no constraint.
    """

    dependencies = [("auditlog", "0019_hold_reasons")]

    operations = [
        VendorSQL("postgresql", f"{AGAIN}, {ONCE} INCLUDE (count)", f"{AGAIN}, {ONCE}"),
    ]
