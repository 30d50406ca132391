from django.db import migrations

from accounts.seeding import seed_roles


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: seed_roles(apps.get_model("accounts", "Role")), migrations.RunPython.noop
        )
    ]
