from django.db import migrations

from accounts.seeding import seed_roles


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        # Not needed, but after ours each of their steps would redraw every model that knows a user.
        ("mfa", "0003_authenticator_type_uniq"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, editor: seed_roles(apps.get_model("accounts", "Role")), migrations.RunPython.noop
        )
    ]
