from django.db import migrations

from auditlog.append_only import INSTALL, REMOVE
from crm.core.migration_operations import VendorSQL


class Migration(migrations.Migration):
    dependencies = [("auditlog", "0001_initial")]

    operations = [VendorSQL(vendor, INSTALL[vendor], REMOVE[vendor]) for vendor in ("postgresql", "sqlite")]
