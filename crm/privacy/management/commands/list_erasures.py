"""The tombstones of all erasures, one JSON object a line: keyed hashes that name nobody. Keep them beside backups."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from crm.privacy.models import Erasure
from crm.privacy.tombstones import tombstone_of


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for erasure in Erasure.objects.order_by("at", "id").iterator(chunk_size=500):
            self.stdout.write(json.dumps(tombstone_of(erasure)))
