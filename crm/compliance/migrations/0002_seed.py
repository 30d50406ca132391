from django.db import migrations

from crm.compliance.seeding import seed_activities

COMPLIANCE = ("compliance:read", "compliance:write", "compliance:export")


def widen(apps, editor):
    """Compliance concerns the whole company: administrators reach all of it, and auditors run access reviews."""
    roles = apps.get_model("accounts", "Role").objects
    for role in roles.filter(name="admin"):
        wider = {name: "all" for name in COMPLIANCE if role.grants.get(name) == "team"}
        role.grants = {**role.grants, **wider}
        role.save(update_fields=["grants"])
    for role in roles.filter(name="auditor"):
        role.grants = {"compliance:write": "all", **role.grants}
        role.save(update_fields=["grants"])


class Migration(migrations.Migration):
    dependencies = [("compliance", "0001_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: seed_activities(apps.get_model("compliance", "ProcessingActivity")),
            migrations.RunPython.noop,
        ),
        migrations.RunPython(widen, migrations.RunPython.noop),
    ]
