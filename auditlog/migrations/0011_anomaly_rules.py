from django.db import migrations

from auditlog.alerts.seeding import seed_rules


class Migration(migrations.Migration):
    dependencies = [("auditlog", "0010_security_centre")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: seed_rules(apps.get_model("auditlog", "AnomalyRule")), migrations.RunPython.noop
        )
    ]
