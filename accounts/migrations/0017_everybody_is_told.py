from django.db import migrations

OWN = {"notifications:read": "own", "notifications:write": "own"}


def grant_ones_own(apps, editor):
    """Who only reads is mentioned and reminded, too. A reach that somebody chose stays."""
    for role in apps.get_model("accounts", "Role").objects.filter(name__in=("auditor", "read_only")):
        role.grants = {**OWN, **role.grants}
        role.save(update_fields=["grants"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_erased_at")]

    operations = [migrations.RunPython(grant_ones_own, migrations.RunPython.noop)]
