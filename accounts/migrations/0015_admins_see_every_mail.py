from django.db import migrations

ACTIONS = ("read", "write", "delete", "manage")


def grant_the_queue(apps, editor):
    """Mails of the product belong to no team: who looks after an installation sees them all, unless decided."""
    for role in apps.get_model("accounts", "Role").objects.filter(name="admin"):
        team = {f"emails:{one}": "team" for one in ACTIONS}
        if all(role.grants.get(name) == reach for name, reach in team.items()):
            role.grants = {**role.grants, **dict.fromkeys(team, "all")}
            role.save(update_fields=["grants"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_decoy_keys")]

    operations = [migrations.RunPython(grant_the_queue, migrations.RunPython.noop)]
