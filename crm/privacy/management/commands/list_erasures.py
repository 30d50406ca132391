"""The tombstones of all erasures, one JSON object a line: keyed hashes that name nobody. Keep them beside backups."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from crm.privacy.reapplying import all_tombstones


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for tombstone in all_tombstones():
            self.stdout.write(json.dumps(tombstone))
