from django.db import migrations

from accounts.roles import BUILT_IN

WITH_PRIVACY = ("superadmin", "admin", "auditor")


def grant(apps, editor):
    """Roles of an installation from before; a role of its own gets nothing unasked."""
    for role in apps.get_model("accounts", "Role").objects.filter(name__in=WITH_PRIVACY):
        grants = {name: reach for name, reach in BUILT_IN[role.name][2].items() if name.startswith("privacy:")}
        role.grants = {**grants, **role.grants}
        role.save(update_fields=["grants"])


class Migration(migrations.Migration):
    dependencies = [("privacy", "0002_retention"), ("accounts", "0014_decoy_keys")]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
