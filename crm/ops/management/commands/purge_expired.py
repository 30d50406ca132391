"""Forgets what has expired. Run it once a day; exit code 0 only when every part was done."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import get_resolver
from django.utils import timezone

from crm.ops.purging import purge_all


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        get_resolver().url_patterns  # noqa: B018 – loads the wiring, where each app registered its part
        failed = []
        for name, number in purge_all(timezone.now()):
            self.stdout.write(f"{name}: {'failed' if number is None else number}")
            failed += [name] if number is None else []
        if failed:
            raise CommandError(f"Not purged: {', '.join(failed)}. The log says why.")
