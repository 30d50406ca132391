from django.db import migrations

from accounts.roles import OWN_KEYS

WITH_KEYS = ("sales_manager", "sales_rep", "marketing", "support")


def grant_own_keys(apps, editor):
    """Roles of an installation from before: what an administrator decided about keys stays."""
    for role in apps.get_model("accounts", "Role").objects.filter(name__in=WITH_KEYS):
        if not OWN_KEYS.keys() & role.grants.keys():
            role.grants = {**role.grants, **OWN_KEYS}
            role.save(update_fields=["grants"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_api_keys")]

    operations = [migrations.RunPython(grant_own_keys, migrations.RunPython.noop)]
