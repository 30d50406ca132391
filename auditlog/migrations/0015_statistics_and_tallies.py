from typing import Any

from django.db import migrations
from django.utils import timezone

from auditlog.tallies import KEPT, add, sealed_since
from crm.core.migration_operations import VendorSQL

# What goes together: who works for which team and from where, which door takes which credential. Without knowing, the
# planner takes them for independent, and looks for rows that are not there along the whole table.
TOGETHER = {
    "audit_people_teams": "actor_id, team_id",
    "audit_people_addresses": "actor_id, address",
    "audit_actions_objects": "action, object_type",
    "audit_doors_credentials": "door, credential, on_behalf_of",
}


def count_what_was_sealed_before(apps: Any, schema_editor: Any) -> None:
    add(sealed_since(timezone.now() - KEPT))


class Migration(migrations.Migration):
    dependencies = [("auditlog", "0014_explorer_indexes")]

    operations = [
        *[
            VendorSQL(
                "postgresql",
                f"CREATE STATISTICS {name} (dependencies, mcv) ON {columns} FROM auditlog_auditevent;"
                f"ALTER STATISTICS {name} SET STATISTICS 500",
                f"DROP STATISTICS IF EXISTS {name}",
            )
            for name, columns in TOGETHER.items()
        ],
        migrations.RunPython(count_what_was_sealed_before, migrations.RunPython.noop),
    ]
